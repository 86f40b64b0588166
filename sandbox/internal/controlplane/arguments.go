package controlplane

import (
	"fmt"
	"strconv"
)

// serviceRange has room for a million Services.
const serviceRange = "10.96.0.0/12"

// EtcdArguments are for data that lives as long as the sandbox: nothing waits for the disk.
func EtcdArguments(folder Folder, ports Ports) []string {
	client, peer := local("http", ports.EtcdClient), local("http", ports.EtcdPeer)
	return []string{
		"--name=sandbox",
		"--data-dir=" + folder.path("etcd"),
		"--listen-client-urls=" + client,
		"--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=sandbox=" + peer,
		"--unsafe-no-fsync",
		"--quota-backend-bytes=" + strconv.Itoa(8<<30),
		"--log-level=warn",
	}
}

// APIServerArguments end with the user's own, which therefore win.
func APIServerArguments(folder Folder, ports Ports, extra []string) []string {
	arguments := []string{
		"--etcd-servers=" + local("http", ports.EtcdClient),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + strconv.Itoa(ports.APIServer),
		// Endpoints may not hold loopback addresses, so the server can't list itself as one of Service "kubernetes".
		"--endpoint-reconciler-type=none",
		"--cert-dir=" + folder.path("pki"),
		"--tls-cert-file=" + folder.certificate("apiserver"),
		"--tls-private-key-file=" + folder.key("apiserver"),
		"--kubelet-preferred-address-types=InternalIP",
		"--kubelet-certificate-authority=" + folder.certificate("ca"),
		"--kubelet-client-certificate=" + folder.certificate("kubelet-client"),
		"--kubelet-client-key=" + folder.key("kubelet-client"),
		"--requestheader-client-ca-file=" + folder.certificate("ca"),
		"--requestheader-allowed-names=front-proxy",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + folder.certificate("front-proxy"),
		"--proxy-client-key-file=" + folder.key("front-proxy"),
		"--token-auth-file=" + folder.tokens(),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + folder.key("service-accounts"),
		"--service-account-signing-key-file=" + folder.key("service-accounts"),
		"--service-cluster-ip-range=" + serviceRange,
		"--allow-privileged",
		"--profiling=false",
		"--max-requests-inflight=2000",
		"--max-mutating-requests-inflight=1000",
	}
	return append(arguments, extra...)
}

// ControllerManagerArguments let many controllers work at once, so that a thousand objects become ready quickly; they end
// with the user's own.
func ControllerManagerArguments(folder Folder, extra []string) []string {
	arguments := []string{
		"--kubeconfig=" + folder.componentKubeconfig(ControllerManager),
		"--leader-elect=false",
		"--secure-port=0",
		"--profiling=false",
		"--service-account-private-key-file=" + folder.key("service-accounts"),
		"--root-ca-file=" + folder.certificate("ca"),
		"--service-cluster-ip-range=" + serviceRange,
		"--kube-api-qps=2000",
		"--kube-api-burst=4000",
		"--horizontal-pod-autoscaler-sync-period=3s",
	}
	for _, kind := range []string{"deployment", "replicaset", "statefulset", "daemonset", "job", "cron-job", "endpoint", "service-endpoint", "namespace", "serviceaccount-token"} {
		arguments = append(arguments, fmt.Sprintf("--concurrent-%s-syncs=30", kind))
	}
	return append(arguments, extra...)
}

// SchedulerArguments name a file, because the scheduler takes its rates only from there.
func SchedulerArguments(folder Folder) []string {
	return []string{"--config=" + folder.schedulerConfiguration(), "--secure-port=0"}
}

func schedulerConfiguration(folder Folder) []byte {
	return fmt.Appendf(nil, `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection:
  kubeconfig: %q
  qps: 2000
  burst: 4000
leaderElection:
  leaderElect: false
enableProfiling: false
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 2
`, folder.componentKubeconfig(Scheduler))
}

// KubeletArguments are those of the component that plays the kubelets.
func KubeletArguments(folder Folder, ports Ports) []string {
	return []string{
		"--kubeconfig=" + folder.componentKubeconfig(Kwok),
		"--port=" + strconv.Itoa(ports.Kubelet),
		"--authority=" + folder.certificate("ca"),
		"--certificate=" + folder.certificate("kubelet"),
		"--key=" + folder.key("kubelet"),
	}
}
