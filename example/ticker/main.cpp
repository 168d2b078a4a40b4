#include "../serve.hpp"
#include "ticker.hpp"

int main(int argc, char** argv) { return serve<ticker>(argc, argv); }
