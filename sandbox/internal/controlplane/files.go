package controlplane

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"

	"trueup.dev/sandbox/internal/credentials"
)

// clients are the components that use the API server, by name. They are in system:masters: the sandbox's own work must
// not queue behind what is tried in it.
var clients = []string{ControllerManager, Scheduler, Kwok}

// WriteFiles fills the folder with what the components and the users need: certificates, tokens, kubeconfigs. The first
// account is the kubeconfig's current context.
func WriteFiles(folder Folder, ports Ports, accounts []credentials.Account) error {
	files, err := certificates(folder)
	if err != nil {
		return err
	}
	authority := files[folder.certificate("ca")]
	all := slices.Clone(accounts)
	for _, name := range clients {
		account := credentials.NewAccount("system:"+name, "system:masters")
		all = append(all, account)
		files[folder.componentKubeconfig(name)], err = credentials.Kubeconfig(ports.Server(), authority, []credentials.Account{account})
		if err != nil {
			return err
		}
	}
	files[folder.tokens()] = credentials.TokenFile(all)
	files[folder.schedulerConfiguration()] = schedulerConfiguration(folder)
	files[folder.Kubeconfig()], err = credentials.Kubeconfig(ports.Server(), authority, accounts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder.Logs(), 0o700); err != nil {
		return fmt.Errorf("make the folder of logs: %w", err)
	}
	return write(files)
}

// certificates are PEM files by path. Service account tokens are signed by a key that needs no certificate; it gets one
// only because a pair is what there is.
func certificates(folder Folder) (map[string][]byte, error) {
	authority, err := credentials.NewAuthority("trueup-sandbox")
	if err != nil {
		return nil, err
	}
	pairs := map[string]credentials.Pair{"ca": authority.Pair}
	serviceAddress := net.IPv4(10, 96, 0, 1)
	serviceNames := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"}
	if pairs["apiserver"], err = authority.Serving("kube-apiserver", serviceNames, []net.IP{serviceAddress}); err != nil {
		return nil, err
	}
	if pairs["kubelet"], err = authority.Serving("kubelet", nil, nil); err != nil {
		return nil, err
	}
	for _, name := range []string{"kubelet-client", "front-proxy", "service-accounts"} {
		if pairs[name], err = authority.Client(name); err != nil {
			return nil, err
		}
	}
	files := map[string][]byte{}
	for name, pair := range pairs {
		files[folder.certificate(name)] = pair.Certificate
		files[folder.key(name)] = pair.Key
	}
	return files, nil
}

func write(files map[string][]byte) error {
	for path, content := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("make a folder for %s: %w", path, err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}
