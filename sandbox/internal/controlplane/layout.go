// Package controlplane says how each component of a control plane is configured: files and arguments, nothing running.
package controlplane

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// Folder is the sandbox's folder; everything it writes is inside.
type Folder string

func (f Folder) path(elements ...string) string {
	return filepath.Join(append([]string{string(f)}, elements...)...)
}

// Kubeconfig is for the sandbox's users: every context.
func (f Folder) Kubeconfig() string { return f.path("kubeconfig") }

// Record describes the running sandbox.
func (f Folder) Record() string { return f.path("sandbox.json") }

// Lock is held for as long as the sandbox runs.
func (f Folder) Lock() string { return f.path("lock") }

// Logs has one file for each component.
func (f Folder) Logs() string { return f.path("logs") }

// Clear removes everything but the lock.
func (f Folder) Clear() error {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return fmt.Errorf("clear the sandbox's folder: %w", err)
	}
	for _, entry := range entries {
		if path := f.path(entry.Name()); path != f.Lock() {
			if err := os.RemoveAll(path); err != nil {
				return fmt.Errorf("clear the sandbox's folder: %w", err)
			}
		}
	}
	return nil
}

func (f Folder) certificate(name string) string { return f.path("pki", name+".crt") }
func (f Folder) key(name string) string         { return f.path("pki", name+".key") }
func (f Folder) tokens() string                 { return f.path("pki", "tokens.csv") }

// componentKubeconfig is how a component reaches the API server.
func (f Folder) componentKubeconfig(name string) string {
	return f.path("components", name+".kubeconfig")
}
func (f Folder) schedulerConfiguration() string { return f.path("components", "kube-scheduler.yaml") }

// Ports are where the components listen, all on 127.0.0.1.
type Ports struct {
	APIServer  int
	EtcdClient int
	EtcdPeer   int
	Kubelet    int
}

// Server is the API server's URL.
func (p Ports) Server() string { return local("https", p.APIServer) }

// FreePorts asks the system for ports that nobody listens on. Another process can still take one before the component
// does, which then fails with "address already in use": the caller tries again.
func FreePorts() (Ports, error) {
	var ports Ports
	for _, port := range []*int{&ports.APIServer, &ports.EtcdClient, &ports.EtcdPeer, &ports.Kubelet} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return Ports{}, fmt.Errorf("find a free port: %w", err)
		}
		// All are held until the last is found, so that no two are the same.
		defer listener.Close()
		*port = listener.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

func local(scheme string, port int) string {
	return fmt.Sprintf("%s://127.0.0.1:%d", scheme, port)
}
