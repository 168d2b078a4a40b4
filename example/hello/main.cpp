#include "hello.hpp"

#include "../serve.hpp"

int main(int argc, char** argv) { return serve<hello>(argc, argv); }
