// Package kubelet plays the kubelet of every node: kwok's controller moves nodes and pods through the stages of
// stages.yaml, and a server answers requests for logs. It is what the component "kwok" runs.
package kubelet

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/clock"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	"sigs.k8s.io/kwok/pkg/log"
)

// Run is the component's main function; it returns the process's exit code.
func Run() int {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, arguments []string) error {
	flags := pflag.NewFlagSet("kwok", pflag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API server")
	port := flags.Int("port", 0, "where to serve logs")
	var files files
	flags.StringVar(&files.authority, "authority", "", "the certificate authority of the API server's certificate as a client")
	flags.StringVar(&files.certificate, "certificate", "", "the certificate to serve logs with")
	flags.StringVar(&files.key, "key", "", "its private key")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	listener, err := listen(*port, files)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return fmt.Errorf("read kubeconfig %s: %w", *kubeconfig, err)
	}
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make a client for %s: %w", config.Host, err)
	}
	if err := play(log.NewContext(ctx, log.NewLogger(os.Stderr, log.LevelWarn)), client, *port); err != nil {
		return err
	}
	return (&logServer{client}).serve(listener)
}

// play starts kwok's controller, which works in the background from then on.
func play(ctx context.Context, client kubernetes.Interface, port int) error {
	stages, err := loadStages()
	if err != nil {
		return err
	}
	controller, err := controllers.NewController(controllers.Config{
		Clock:                     clock.RealClock{},
		TypedClient:               client,
		ManageAllNodes:            true,
		LocalStages:               stages,
		FuncMap:                   templateFunctions(port, newEventRecorder(ctx, client)),
		CIDR:                      "10.0.0.0/8",
		PodPlayStageParallelism:   32,
		NodePlayStageParallelism:  4,
		NodeLeaseDurationSeconds:  40,
		NodeLeaseParallelism:      4,
		PodsOnNodeSyncParallelism: 1,
		ID:                        "kwok",
	})
	if err != nil {
		return fmt.Errorf("make kwok's controller: %w", err)
	}
	if err := controller.Start(ctx); err != nil {
		return fmt.Errorf("start kwok's controller: %w", err)
	}
	return nil
}
