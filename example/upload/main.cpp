#include "upload.hpp"

#include "../serve.hpp"

int main(int argc, char** argv) { return serve<upload>(argc, argv); }
