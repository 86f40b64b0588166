// Package component knows the programs inside this binary and how to become one of them.
package component

import (
	"io"
	"os"
	_ "time/tzdata" // time zones of CronJobs, on machines without a zone database

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client metrics, as the components' own mains register them
	_ "k8s.io/component-base/metrics/prometheus/version"  // the version metric
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"trueup.dev/sandbox/internal/controlplane"
	"trueup.dev/sandbox/internal/kubelet"
)

// Named returns what runs the component of this name with the arguments in os.Args, and gives the process's exit code.
func Named(name string) (run func() int, found bool) {
	switch name {
	case controlplane.Etcd:
		return runEtcd, true
	case controlplane.APIServer:
		return kubernetesProgram(apiserver.NewAPIServerCommand), true
	case controlplane.ControllerManager:
		return kubernetesProgram(controllermanager.NewControllerManagerCommand), true
	case controlplane.Scheduler:
		return kubernetesProgram(func() *cobra.Command { return scheduler.NewSchedulerCommand() }), true
	case controlplane.Kwok:
		return kubelet.Run, true
	}
	return nil, false
}

// ExitWithParent ends this process when its standard input does: the sandbox holds the other end of that pipe, so its
// components never outlive it, however it dies.
func ExitWithParent() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
}

func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}

func kubernetesProgram(newCommand func() *cobra.Command) func() int {
	return func() int { return cli.Run(newCommand()) }
}
