#include "orders.hpp"

#include "../serve.hpp"

int main(int argc, char** argv) { return serve<orders>(argc, argv); }
