package runtime

// What compiled code asks of the machine in front of an operation that not every one has; machineFeatures sets it, before anything
// else runs.
var machineHasPopcount, machineHasFMA, machineHasRound bool
