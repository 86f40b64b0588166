package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"trueup.dev/sandbox/internal/access"
	"trueup.dev/sandbox/internal/controlplane"
	"trueup.dev/sandbox/internal/credentials"
	"trueup.dev/sandbox/internal/loadbalancer"
	"trueup.dev/sandbox/internal/volumes"
)

// poll is the time between two looks at whether something has happened.
const poll = 20 * time.Millisecond

// launch starts the components, each as soon as it can do something, and fills the cluster meanwhile.
func (s *Sandbox) launch(ctx context.Context) error {
	folder := s.options.Folder
	ports, err := controlplane.FreePorts()
	if err != nil {
		return err
	}
	s.Record.Server = ports.Server()
	if err := controlplane.WriteFiles(folder, ports, accounts(s.options.Grants)); err != nil {
		return err
	}
	client, err := newClient(folder)
	if err != nil {
		return err
	}
	if err := s.run(controlplane.Etcd, controlplane.EtcdArguments(folder, ports)); err != nil {
		return err
	}
	if err := s.run(controlplane.APIServer, controlplane.APIServerArguments(folder, ports, s.options.APIServerArguments)); err != nil {
		return err
	}
	if err := s.until(ctx, "the API server answers", answers(client, s.Record.Version)); err != nil {
		return err
	}
	if err := s.run(controlplane.Kwok, controlplane.KubeletArguments(folder, ports)); err != nil {
		return err
	}
	if err := s.run(controlplane.Scheduler, controlplane.SchedulerArguments(folder)); err != nil {
		return err
	}
	if err := s.fill(ctx, client); err != nil {
		return err
	}
	// The controller manager waits for a healthy API server too, but looks only once a second.
	if err := s.until(ctx, "the API server is healthy", isHealthy(client)); err != nil {
		return err
	}
	if err := s.run(controlplane.ControllerManager, controlplane.ControllerManagerArguments(folder, s.options.ControllerManagerArguments)); err != nil {
		return err
	}
	if err := s.loop(client); err != nil {
		return err
	}
	for _, namespace := range namespaces(s.options.Grants) {
		what := "namespace " + namespace + " has its default service account"
		if err := s.until(ctx, what, hasDefaultServiceAccount(client, namespace)); err != nil {
			return err
		}
	}
	return s.until(ctx, "a node is ready", hasReadyNode(client))
}

func accounts(grants []access.Grant) []credentials.Account {
	accounts := []credentials.Account{
		credentials.NewAccount(access.Administrator, "system:masters"),
		credentials.NewAccount(access.Ordinary),
	}
	for _, user := range access.Users(grants) {
		accounts = append(accounts, credentials.NewAccount(user))
	}
	return accounts
}

// namespaces are those that users will begin in.
func namespaces(grants []access.Grant) []string {
	namespaces := []string{metav1.NamespaceDefault}
	for _, grant := range grants {
		if grant.Namespace != "" {
			namespaces = append(namespaces, grant.Namespace)
		}
	}
	return namespaces
}

// fill creates what every sandbox has, and what was asked for.
func (s *Sandbox) fill(ctx context.Context, client kubernetes.Interface) error {
	// The API server makes this namespace too, but so late that kwok would miss it at first, and then wait for a second.
	if err := s.until(ctx, "the namespace of node leases is created", namespaceCreated(client, corev1.NamespaceNodeLease)); err != nil {
		return err
	}
	for number := range s.options.Nodes {
		name := fmt.Sprintf("sandbox-node-%d", number)
		if err := s.until(ctx, "node "+name+" is created", nodeCreated(client, name)); err != nil {
			return err
		}
	}
	if err := s.until(ctx, "the storage class is created", storageClassCreated(client)); err != nil {
		return err
	}
	grants := append([]access.Grant{{User: access.Ordinary, Role: "cluster-admin"}}, s.options.Grants...)
	for number, grant := range grants {
		if err := s.until(ctx, "user "+grant.User+" gets their role", granted(client, number, grant)); err != nil {
			return err
		}
	}
	return nil
}

// loop begins what this process does for the cluster until it stops.
func (s *Sandbox) loop(client kubernetes.Interface) error {
	ctx, cancel := context.WithCancel(context.Background())
	s.stopLoops = cancel
	if err := volumes.Provision(ctx, client); err != nil {
		return err
	}
	return loadbalancer.Balance(ctx, client)
}

// until tries again and again until the condition holds, a component ends, or the context does.
func (s *Sandbox) until(ctx context.Context, what string, condition condition) error {
	for {
		err := attempt(ctx, condition)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, s.whyGivenUp(ctx, err))
		case child := <-s.died:
			return fmt.Errorf("waiting until %s: %w", what, NewComponentError(child))
		case <-time.After(poll):
		}
	}
}

// attempt gives a request up that hangs, as they do when an API server's etcd has died, so that this is noticed.
func attempt(ctx context.Context, condition condition) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return condition(ctx)
}

// whyGivenUp has the details that help when a start took too long, but not when someone ended it.
func (s *Sandbox) whyGivenUp(ctx context.Context, last error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w; it failed with: %w%s", context.Cause(ctx), last, s.logEnds())
	}
	return context.Cause(ctx)
}

func newClient(folder controlplane.Folder) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", folder.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the sandbox's kubeconfig: %w", err)
	}
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client for %s: %w", config.Host, err)
	}
	return client, nil
}
