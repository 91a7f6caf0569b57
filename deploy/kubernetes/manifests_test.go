// Package kubernetes tests the manifests beside it: they are what the API has, and their pods run.
package kubernetes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

// kinds are what the manifests are made of.
var kinds = map[string]func() any{
	"v1 PersistentVolumeClaim":           func() any { return new(corev1.PersistentVolumeClaim) },
	"v1 Pod":                             func() any { return new(corev1.Pod) },
	"apps/v1 StatefulSet":                func() any { return new(appsv1.StatefulSet) },
	"batch/v1 Job":                       func() any { return new(batchv1.Job) },
	"networking.k8s.io/v1 NetworkPolicy": func() any { return new(networkingv1.NetworkPolicy) },
}

// decode reads manifests strictly: a field that the API does not have is an error.
func decode(t *testing.T, text []byte) (objects []any) {
	t.Helper()
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var of struct{ APIVersion, Kind string }
		require.NoError(t, yaml.Unmarshal(document, &of))
		create := kinds[of.APIVersion+" "+of.Kind]
		require.NotNil(t, create, "%s %s", of.APIVersion, of.Kind)
		object := create()
		require.NoError(t, yaml.UnmarshalStrict(document, object), "%s", document)
		objects = append(objects, object)
	}
	return objects
}

// files are the manifests as they are kept.
func files(t *testing.T) (objects []any) {
	t.Helper()
	for _, name := range []string{"base/scenarios.yaml", "base/class.yaml"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		objects = append(objects, decode(t, text)...)
	}
	return objects
}

// made is what kubectl makes of a folder. It asks no cluster for that.
func made(t *testing.T, folder string) []any {
	t.Helper()
	if _, err := exec.LookPath("kubectl"); err != nil {
		t.Skip("kubectl, which puts the manifests of a variant together, is not installed")
	}
	var problems bytes.Buffer
	cmd := exec.Command("kubectl", "kustomize", folder)
	cmd.Stderr = &problems
	text, err := cmd.Output()
	require.NoError(t, err, "%s", &problems)
	return decode(t, text)
}

func only[T any](t *testing.T, objects []any) *T {
	t.Helper()
	for _, object := range objects {
		if found, ok := object.(*T); ok {
			return found
		}
	}
	require.FailNow(t, "it is not there", "%T", new(T))
	return nil
}

// labs are the pods in which labs stand.
func labs(t *testing.T, objects []any) map[string]corev1.PodSpec {
	t.Helper()
	return map[string]corev1.PodSpec{
		"scenarios": only[batchv1.Job](t, objects).Spec.Template.Spec,
		"class":     only[appsv1.StatefulSet](t, objects).Spec.Template.Spec,
	}
}

func TestManifests(t *testing.T) {
	objects := files(t)
	require.Len(t, objects, 7)
	claims := map[string]bool{}
	for _, object := range objects {
		if c, ok := object.(*corev1.PersistentVolumeClaim); ok {
			claims[c.Name] = true
		}
	}
	pods := labs(t, objects)
	pods["teacher"] = only[corev1.Pod](t, objects).Spec
	for name, spec := range pods {
		volumes := map[string]bool{}
		for _, v := range spec.Volumes {
			volumes[v.Name] = true
			if v.PersistentVolumeClaim != nil {
				assert.True(t, claims[v.PersistentVolumeClaim.ClaimName], "%s claims %s, which nobody makes", name, v.PersistentVolumeClaim.ClaimName)
			}
		}
		for _, m := range spec.Containers[0].VolumeMounts {
			assert.True(t, volumes[m.Name], "%s mounts %s, which is no volume of its", name, m.Name)
		}
		assert.False(t, spec.Containers[0].Resources.Requests.Memory().IsZero(), name)
		assert.False(t, spec.Containers[0].Resources.Requests.Cpu().IsZero(), name)
	}
	class := only[appsv1.StatefulSet](t, objects)
	assert.Equal(t, class.Spec.Selector.MatchLabels, class.Spec.Template.Labels)
}

// No pod has a right on its node; what a variant adds is said there.
func TestRights(t *testing.T) {
	variants := map[string]func(*testing.T) []any{
		"base":         files,
		"capabilities": func(t *testing.T) []any { return made(t, "capabilities") },
		"older":        func(t *testing.T) []any { return made(t, "older") },
	}
	for variant, objects := range variants {
		t.Run(variant, func(t *testing.T) {
			for name, spec := range labs(t, objects(t)) {
				own, more := spec.Containers[0].SecurityContext, spec.SecurityContext
				assert.False(t, *own.AllowPrivilegeEscalation, name)
				assert.Nil(t, own.Privileged, name)
				assert.Equal(t, []corev1.Capability{"ALL"}, own.Capabilities.Drop, name)
				assert.False(t, spec.HostNetwork || spec.HostPID || spec.HostIPC, name)
				if variant == "older" {
					assert.Nil(t, spec.HostUsers, name)
				} else {
					assert.False(t, *spec.HostUsers, name)
				}
				if variant != "base" {
					assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, more.SeccompProfile.Type, name)
					assert.Equal(t, []corev1.Capability{"SYS_ADMIN", "NET_ADMIN", "NET_RAW"}, own.Capabilities.Add, name)
					continue
				}
				assert.True(t, *more.RunAsNonRoot, name)
				assert.Empty(t, own.Capabilities.Add, name)
				assert.Equal(t, corev1.UnmaskedProcMount, *own.ProcMount, name)
				assert.Equal(t, corev1.SeccompProfileTypeLocalhost, more.SeccompProfile.Type, name)
			}
		})
	}
}

// The pods of the Job run all parts, each once.
func TestShards(t *testing.T) {
	job := only[batchv1.Job](t, files(t))
	require.Equal(t, batchv1.IndexedCompletion, *job.Spec.CompletionMode)
	require.Equal(t, *job.Spec.Completions, *job.Spec.Parallelism)
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "tcplab"), []byte("#!/bin/sh\necho \"$@\"\n"), 0o755))
	container := job.Spec.Template.Spec.Containers[0]
	for index := range *job.Spec.Completions {
		cmd := exec.Command(container.Command[0], container.Command[1:]...)
		cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), fmt.Sprint("JOB_COMPLETION_INDEX=", index)}
		for _, e := range container.Env {
			cmd.Env = append(cmd.Env, e.Name+"="+e.Value)
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Equal(t, fmt.Sprintf("run --all --engine netns --shard %d/%d --out /artifacts/%[1]d", index+1, *job.Spec.Completions), strings.TrimSpace(string(out)))
	}
}

// The profile for the nodes is the one with which labs run in a container of Docker: that of Docker, and a few calls more.
func TestSeccompProfile(t *testing.T) {
	read := func(name string, into any) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, into))
	}
	var nodes, want map[string]any
	var more []any
	read("seccomp.json", &nodes)
	read("../../docker/seccomp-default.json", &want)
	read("../../docker/seccomp-labs.json", &more)
	want["syscalls"] = append(want["syscalls"].([]any), more...)
	assert.Equal(t, want, nodes)
}
