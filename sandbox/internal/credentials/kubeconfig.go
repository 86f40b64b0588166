package credentials

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// cluster is the name of the only cluster in every kubeconfig.
const cluster = "sandbox"

// Kubeconfig has a context for each account, named like it; the first is the current one.
func Kubeconfig(server string, authority []byte, accounts []Account) ([]byte, error) {
	config := api.NewConfig()
	config.Clusters[cluster] = &api.Cluster{Server: server, CertificateAuthorityData: authority}
	config.CurrentContext = accounts[0].Name
	for _, account := range accounts {
		config.AuthInfos[account.Name] = &api.AuthInfo{Token: account.Token}
		config.Contexts[account.Name] = &api.Context{Cluster: cluster, AuthInfo: account.Name, Namespace: "default"}
	}
	text, err := clientcmd.Write(*config)
	if err != nil {
		return nil, fmt.Errorf("write a kubeconfig for %s: %w", server, err)
	}
	return text, nil
}
