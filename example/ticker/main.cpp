#include "ticker.hpp"

#include "../serve.hpp"

int main(int argc, char** argv) { return serve<ticker>(argc, argv); }
