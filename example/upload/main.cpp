#include "../serve.hpp"
#include "upload.hpp"

int main(int argc, char** argv) { return serve<upload>(argc, argv); }
