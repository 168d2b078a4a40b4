#include "../serve.hpp"
#include "hello.hpp"

int main(int argc, char** argv) { return serve<hello>(argc, argv); }
