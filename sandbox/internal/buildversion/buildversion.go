// Package buildversion makes the embedded components report the version of Kubernetes that they were built from.
//
// Kubernetes' own build passes its version to the linker; without that its components call themselves v0.0.0. Setting it
// from code keeps a plain `go build` right, and go.mod the only place that names the version.
package buildversion

import (
	"runtime/debug"
	"strings"
	"sync/atomic"
	_ "unsafe" // for go:linkname

	_ "k8s.io/component-base/version" // so that its variables are there
)

// The variables of k8s.io/component-base/version (base.go and dynamic.go), which has no setter for another version than
// the one linked in. Should they move, /version reports v0.0.0 and the sandbox refuses to start.

//go:linkname gitMajor k8s.io/component-base/version.gitMajor
var gitMajor string

//go:linkname gitMinor k8s.io/component-base/version.gitMinor
var gitMinor string

//go:linkname gitTreeState k8s.io/component-base/version.gitTreeState
var gitTreeState string

//go:linkname dynamicGitVersion k8s.io/component-base/version.dynamicGitVersion
var dynamicGitVersion atomic.Value

// Apply sets the version. It must run before any component is made: they read it once.
func Apply() {
	version := Kubernetes()
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) != 3 {
		return
	}
	gitMajor, gitMinor, gitTreeState = parts[0], parts[1], "clean"
	dynamicGitVersion.Store(version)
}

// Kubernetes is the version of the k8s.io/kubernetes module in this binary, such as v1.36.3; empty when the binary holds
// no module information (a test binary of another package).
func Kubernetes() string {
	info, found := debug.ReadBuildInfo()
	if !found {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path == "k8s.io/kubernetes" {
			return module.Version
		}
	}
	return ""
}
