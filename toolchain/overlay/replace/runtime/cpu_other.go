//go:build !amd64

package runtime

func machineFeatures() {}
