package kubelet

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/apis/v1alpha1"
)

//go:embed stages.yaml
var stagesFile []byte

// loadStages reads the embedded stages, grouped by the kind that they are for, as kwok's controller takes them.
func loadStages() (map[internalversion.StageResourceRef][]*internalversion.Stage, error) {
	stages := map[internalversion.StageResourceRef][]*internalversion.Stage{}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(stagesFile), len(stagesFile))
	for {
		var written v1alpha1.Stage
		if err := decoder.Decode(&written); errors.Is(err, io.EOF) {
			return stages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read stages.yaml: %w", err)
		}
		stage, err := internalversion.ConvertToInternalStage(&written)
		if err != nil {
			return nil, fmt.Errorf("read stage %s of stages.yaml: %w", written.Name, err)
		}
		stages[stage.Spec.ResourceRef] = append(stages[stage.Spec.ResourceRef], stage)
	}
}
