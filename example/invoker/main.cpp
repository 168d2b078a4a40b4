#include "invoker.hpp"

#include "../hello/hello.hpp"
#include "../serve.hpp"

int main(int argc, char** argv) { return serve<hello, invoker>(argc, argv); }
