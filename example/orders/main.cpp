#include "../serve.hpp"
#include "orders.hpp"

int main(int argc, char** argv) { return serve<orders>(argc, argv); }
