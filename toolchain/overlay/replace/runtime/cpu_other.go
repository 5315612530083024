//go:build !amd64 && !arm64

package runtime

func machineFeatures() {}

func tellFeatures() {}
