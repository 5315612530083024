package runtime

import "internal/cpu"

func machineFeatures() {
	machineHasPopcount = cpu.X86.HasPOPCNT
	machineHasFMA = cpu.X86.HasFMA
	machineHasRound = cpu.X86.HasSSE41
	setWideMoves(cpu.X86.HasAVX)
}

// setWideMoves has memory moved and cleared by 32 bytes.
func setWideMoves(on bool)

// tellFeatures has nothing to tell: internal/cpu asks the processor.
func tellFeatures() {}
