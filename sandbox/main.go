// Command trueup-sandbox runs a whole, real Kubernetes control plane from one binary, for tests, demos and checks.
//
// It re-executes itself as each component: the name that it is called by decides what it is. See README.md.
package main

import (
	"os"
	"path/filepath"

	"trueup.dev/sandbox/internal/buildversion"
	"trueup.dev/sandbox/internal/command"
	"trueup.dev/sandbox/internal/component"
)

func main() {
	buildversion.Apply()
	if run, found := component.Named(filepath.Base(os.Args[0])); found {
		component.ExitWithParent()
		os.Exit(run())
	}
	os.Exit(command.Run(os.Args[1:]))
}
