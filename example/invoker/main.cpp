#include "../hello/hello.hpp"
#include "../serve.hpp"
#include "invoker.hpp"

int main(int argc, char** argv) { return serve<hello, invoker>(argc, argv); }
