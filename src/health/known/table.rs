//! The table.

use super::Known;

/// A condition has this status: `is!("Ready")`, `is!("Ready", "False")`.
macro_rules! is {
    ($kind:literal) => {
        is!($kind, "True")
    };
    ($kind:literal, $status:literal) => {
        concat!("status.conditions.exists(c, c.type == '", $kind, "' && c.status == '", $status, "')")
    };
}

/// A condition is false for one of these reasons.
macro_rules! is_false_for {
    ($kind:literal, $reasons:literal) => {
        concat!(
            "status.conditions.exists(c, c.type == '",
            $kind,
            "' && c.status == 'False' && c.reason in [",
            $reasons,
            "])"
        )
    };
}

/// A suspended object does nothing, and is meant to.
macro_rules! suspended_or {
    ($($current:expr),+) => {
        concat!("has(spec.suspend) && spec.suspend || ", $($current),+)
    };
}

const fn known(
    group: &'static str,
    kinds: &'static [&'static str],
    current: &'static str,
    failed: &'static str,
) -> Known {
    Known { group, kinds, current, failed }
}

/// Sorted by group.
pub(super) static TABLE: &[Known] = &[
    known(
        "acid.zalan.do",
        &["postgresql"],
        "status.PostgresClusterStatus == 'Running'",
        "status.PostgresClusterStatus in ['CreateFailed', 'Invalid']",
    ),
    known(
        "acme.cert-manager.io",
        &["Order", "Challenge"],
        "status.state == 'valid'",
        "status.state in ['invalid', 'expired', 'errored']",
    ),
    known(
        "apiextensions.crossplane.io",
        &["CompositeResourceDefinition"],
        concat!(is!("Established"), " && (!has(spec.claimNames) || ", is!("Offered"), ")"),
        "",
    ),
    known(
        "argoproj.io",
        &["AnalysisRun"],
        "status.phase == 'Successful'",
        "status.phase in ['Failed', 'Error']",
    ),
    known(
        "argoproj.io",
        &["Application"],
        "status.health.status in ['Healthy', 'Suspended'] && status.sync.status == 'Synced'",
        "status.health.status == 'Degraded' || status.operationState.phase in ['Failed', 'Error']",
    ),
    known("argoproj.io", &["ApplicationSet"], is!("ResourcesUpToDate"), is!("ErrorOccurred")),
    // A paused step of a canary waits for a person.
    known("argoproj.io", &["Rollout"], "status.phase in ['Healthy', 'Paused']", "status.phase == 'Degraded'"),
    known("argoproj.io", &["Workflow"], "status.phase == 'Succeeded'", "status.phase in ['Failed', 'Error']"),
    known("bitnami.com", &["SealedSecret"], is!("Synced"), is!("Synced", "False")),
    known(
        "ceph.rook.io",
        &["CephBlockPool", "CephFilesystem", "CephObjectStore"],
        "status.phase in ['Ready', 'Connected']",
        "status.phase == 'Failure'",
    ),
    known(
        "ceph.rook.io",
        &["CephCluster"],
        "status.phase in ['Ready', 'Connected'] && status.ceph.health != 'HEALTH_ERR'",
        "status.phase == 'Failure'",
    ),
    known(
        "cert-manager.io",
        &["Certificate"],
        is!("Ready"),
        is_false_for!("Issuing", "'Failed', 'Denied', 'InvalidRequest'"),
    ),
    known(
        "cert-manager.io",
        &["CertificateRequest"],
        is!("Ready"),
        concat!(is!("InvalidRequest"), " || ", is_false_for!("Ready", "'Failed', 'Denied'")),
    ),
    known("cert-manager.io", &["ClusterIssuer", "Issuer"], is!("Ready"), ""),
    known(
        "cluster.x-k8s.io",
        &["Cluster"],
        concat!(is!("Available"), " || ", is!("Ready")),
        "status.phase == 'Failed'",
    ),
    known(
        "cluster.x-k8s.io",
        &["Machine", "MachineDeployment", "MachinePool"],
        "status.phase == 'Running'",
        "status.phase == 'Failed'",
    ),
    known(
        "elasticsearch.k8s.elastic.co",
        &["Elasticsearch"],
        "status.phase == 'Ready' && status.health in ['green', 'yellow']",
        "status.phase == 'Invalid'",
    ),
    known("eventing.knative.dev", &["Broker", "Trigger"], is!("Ready"), is!("Ready", "False")),
    known(
        "external-secrets.io",
        &["ClusterExternalSecret", "ClusterSecretStore", "ExternalSecret", "PushSecret", "SecretStore"],
        is!("Ready"),
        "",
    ),
    known("helm.toolkit.fluxcd.io", &["HelmRelease"], suspended_or!(is!("Ready")), ""),
    known(
        "image.toolkit.fluxcd.io",
        &["ImagePolicy", "ImageRepository", "ImageUpdateAutomation"],
        suspended_or!(is!("Ready")),
        "",
    ),
    known("jobset.x-k8s.io", &["JobSet"], suspended_or!(is!("Completed")), is!("Failed")),
    known(
        "kafka.strimzi.io",
        &[
            "Kafka",
            "KafkaBridge",
            "KafkaConnect",
            "KafkaConnector",
            "KafkaMirrorMaker2",
            "KafkaTopic",
            "KafkaUser",
        ],
        is!("Ready"),
        "",
    ),
    known("karpenter.k8s.aws", &["EC2NodeClass"], is!("Ready"), ""),
    known("karpenter.sh", &["NodeClaim", "NodePool"], is!("Ready"), ""),
    known("keda.sh", &["ScaledJob", "ScaledObject"], concat!(is!("Ready"), " || ", is!("Paused")), ""),
    known("kibana.k8s.elastic.co", &["Kibana"], "status.health == 'green'", ""),
    known("kustomize.toolkit.fluxcd.io", &["Kustomization"], suspended_or!(is!("Ready")), ""),
    known("kyverno.io", &["ClusterPolicy", "Policy"], is!("Ready"), ""),
    known("messaging.knative.dev", &["Channel", "Subscription"], is!("Ready"), is!("Ready", "False")),
    known("minio.min.io", &["Tenant"], "status.currentState == 'Initialized'", ""),
    known(
        "mongodbcommunity.mongodb.com",
        &["MongoDBCommunity"],
        "status.phase == 'Running'",
        "status.phase == 'Failed'",
    ),
    known(
        "monitoring.coreos.com",
        &["Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"],
        concat!("has(spec.paused) && spec.paused || ", is!("Available"), " && ", is!("Reconciled")),
        "",
    ),
    known("notification.toolkit.fluxcd.io", &["Receiver"], suspended_or!(is!("Ready")), ""),
    known(
        "operators.coreos.com",
        &["CatalogSource"],
        "status.connectionState.lastObservedState == 'READY'",
        "",
    ),
    known(
        "operators.coreos.com",
        &["ClusterServiceVersion"],
        "status.phase == 'Succeeded'",
        "status.phase == 'Failed'",
    ),
    known("operators.coreos.com", &["InstallPlan"], "status.phase == 'Complete'", "status.phase == 'Failed'"),
    known("operators.coreos.com", &["Subscription"], "status.state == 'AtLatestKnown'", ""),
    known(
        "pkg.crossplane.io",
        &["Configuration", "Function", "Provider"],
        concat!(is!("Installed"), " && ", is!("Healthy")),
        "",
    ),
    known("postgresql.cnpg.io", &["Backup"], "status.phase == 'completed'", "status.phase == 'failed'"),
    known("postgresql.cnpg.io", &["Cluster"], "status.phase == 'Cluster in healthy state'", ""),
    known(
        "rabbitmq.com",
        &["RabbitmqCluster"],
        concat!(is!("AllReplicasReady"), " && ", is!("ReconcileSuccess")),
        "",
    ),
    known(
        "serving.knative.dev",
        &["Configuration", "Revision", "Route", "Service"],
        is!("Ready"),
        is!("Ready", "False"),
    ),
    known("snapshot.storage.k8s.io", &["VolumeSnapshot", "VolumeSnapshotContent"], "status.readyToUse", ""),
    // An OCI repository is only an address: nothing is fetched for it alone.
    known(
        "source.toolkit.fluxcd.io",
        &["HelmRepository"],
        suspended_or!("has(spec.type) && spec.type == 'oci' || ", is!("Ready")),
        "",
    ),
    known(
        "source.toolkit.fluxcd.io",
        &["Bucket", "GitRepository", "HelmChart", "OCIRepository"],
        suspended_or!(is!("Ready")),
        "",
    ),
    known("tekton.dev", &["PipelineRun", "TaskRun"], is!("Succeeded"), is!("Succeeded", "False")),
    known(
        "velero.io",
        &["Backup", "Restore"],
        "status.phase == 'Completed'",
        "status.phase in ['Failed', 'FailedValidation', 'PartiallyFailed']",
    ),
    known("velero.io", &["BackupStorageLocation"], "status.phase == 'Available'", ""),
    known(
        "velero.io",
        &["Schedule"],
        "has(spec.paused) && spec.paused || status.phase == 'Enabled'",
        "status.phase == 'FailedValidation'",
    ),
];
