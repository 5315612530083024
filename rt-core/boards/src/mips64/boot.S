#include "../mips/boot.S"
