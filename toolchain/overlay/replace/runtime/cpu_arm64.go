package runtime

import "internal/cpu"

func machineFeatures() {}

// tellFeatures puts where internal/cpu looks for it what is known of the processor.
func tellFeatures() { cpu.HWCap = processorFeatures() }
