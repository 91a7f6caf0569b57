package kubernetes

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// podman is a podman with an image of the pods.
type podman struct {
	t     *testing.T
	dir   string
	image string
	env   []string
}

// newPodman builds the image on what the docker engine's hosts are made of, so that no registry is asked.
func newPodman(t *testing.T) *podman {
	t.Helper()
	for _, program := range []string{"podman", "docker"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install podman catatonit)", program)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("a user namespace for each pod, as a node makes it, takes root")
	}
	if ranges, err := os.ReadFile("/etc/subuid"); err != nil || !strings.Contains("\n"+string(ranges), "\ncontainers:") {
		t.Skip(`no user IDs are set aside for pods: "containers:2147483647:2147483648" in /etc/subuid and /etc/subgid (containers-storage.conf(5))`)
	}
	tools, err := exec.Command("docker", "image", "ls", "--quiet", "--filter", "reference=localhost/tcplab/tools").Output()
	if err != nil || len(tools) == 0 {
		t.Skip(`the image of hosts is not there: "tcplab run healthy --engine docker" builds it`)
	}
	p := &podman{t: t, dir: t.TempDir(), image: fmt.Sprintf("localhost/tcplab-pods:test-%d", os.Getpid())}
	require.NoError(t, os.Chmod(p.dir, 0o755))
	// What podman asks for by default is more than root may have in some containers and machines. crun refuses cgroups of both versions.
	config := "[containers]\ndefault_ulimits = [\"nofile=16384:16384\", \"nproc=16384:16384\"]\n"
	if _, err := exec.LookPath("runc"); err == nil {
		config += "[engine]\nruntime = \"runc\"\n"
	}
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "containers.conf"), []byte(config), 0o644))
	p.env = append(os.Environ(), "CONTAINERS_CONF="+filepath.Join(p.dir, "containers.conf"))
	p.build(strings.Fields(string(tools))[0])
	return p
}

func (p *podman) build(tools string) {
	p.t.Helper()
	base := p.image + "-base"
	p.must("docker", "tag", tools, base)
	defer p.must("docker", "image", "rm", base)
	archive := filepath.Join(p.dir, "tools.tar")
	p.must("docker", "save", "-o", archive, base)
	p.must("podman", "load", "-q", "-i", archive)
	require.NoError(p.t, os.Remove(archive))
	p.t.Cleanup(func() { p.must("podman", "rmi", "-f", p.image, base) })
	p.must("go", "build", "-C", "../..", "-o", filepath.Join(p.dir, "tcplab"), "./cmd/tcplab")
	text, err := os.ReadFile("Dockerfile")
	require.NoError(p.t, err)
	var lines []string // the tools are there
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", "")) {
		if !strings.HasPrefix(line, "RUN ") {
			lines = append(lines, line)
		}
	}
	file := filepath.Join(p.dir, "Dockerfile")
	require.NoError(p.t, os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644))
	p.must("podman", "build", "-q", "--network", "none", "--build-arg", "BASE="+base, "-t", p.image, "-f", file, p.dir)
}

// try runs a command of this machine.
func (p *podman) try(argv ...string) (string, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(p.env, "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (p *podman) must(argv ...string) string {
	p.t.Helper()
	out, err := p.try(argv...)
	require.NoError(p.t, err, "%s\n%s", strings.Join(argv, " "), out)
	return out
}

// folder is a folder of this machine that stands for a volume. A pod's users are nobody here.
func (p *podman) folder(name string) string {
	p.t.Helper()
	dir := filepath.Join(p.dir, name)
	require.NoError(p.t, os.MkdirAll(dir, 0o755))
	require.NoError(p.t, os.Chmod(dir, 0o777))
	return dir
}

// localize takes out of a pod what a cluster has alone: the registry, volumes by name, and a path that is expanded.
func (p *podman) localize(spec *corev1.PodSpec, volumes map[string]string) {
	container := &spec.Containers[0]
	container.Image, container.ImagePullPolicy = p.image, corev1.PullNever
	for i := range spec.Volumes {
		spec.Volumes[i].VolumeSource = corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: volumes[spec.Volumes[i].Name]}}
	}
	for i := range container.VolumeMounts {
		container.VolumeMounts[i].SubPathExpr = ""
	}
}

// play starts a pod from its manifest.
func (p *podman) play(name string, spec corev1.PodSpec) (container string) {
	p.t.Helper()
	spec.RestartPolicy = corev1.RestartPolicyNever
	pod := corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}
	text, err := yaml.Marshal(pod)
	require.NoError(p.t, err)
	file := filepath.Join(p.dir, name+".yaml")
	require.NoError(p.t, os.WriteFile(file, text, 0o644))
	p.t.Cleanup(func() { p.remove(name) })
	p.must("podman", "kube", "play", "--network", "none", file)
	return name + "-" + spec.Containers[0].Name
}

// remove removes a pod. Old versions do not unmount everything at once, and then say so.
func (p *podman) remove(name string) {
	assert.Eventually(p.t, func() bool {
		_, _ = p.try("podman", "pod", "rm", "--force", "--time", "0", name)
		_, err := p.try("podman", "pod", "exists", name)
		return err != nil
	}, time.Minute, 100*time.Millisecond)
}

// The pods run for real.
func TestPods(t *testing.T) {
	p := newPodman(t)
	for name, test := range map[string]func(*testing.T, *podman){"class": testClass, "scenarios": testScenarios, "rights": testRights} {
		t.Run(name, func(t *testing.T) {
			own := *p
			own.t = t
			test(t, &own)
		})
	}
}

// A student's pod, and what a teacher does with what is handed in there.
func testClass(t *testing.T, p *podman) {
	tcplab := filepath.Join(p.dir, "tcplab")
	key := filepath.Join(p.folder("class"), "class.key")
	p.must(tcplab, "lesson", "key", key)
	const student = "class-0"
	p.folder("handed-in")
	spec := labs(t, made(t, "capabilities"))["class"]
	p.localize(&spec, map[string]string{"class": p.folder("class"), "handed-in": p.folder("handed-in/" + student)})
	container := p.play(student, spec)
	assert.NotRegexp(t, `^\s*0\s+0\s`, p.must("podman", "exec", container, "cat", "/proc/self/uid_map"), "root in the pod is root here")
	in := func(command string) string { return p.must("podman", "exec", container, "sh", "-c", command) }
	assert.Contains(t, in("tcplab lesson mystery --student $STUDENT"), "an exercise of level 1 for class-0")
	assert.Contains(t, in("tcplab lesson answer no-answer --where server; echo exit code $?"), "to hand in: class-0-1.handin")
	in("tcplab down")
	graded := p.must(tcplab, "lesson", "grade", filepath.Join(p.dir, "handed-in"), "--key", key, "--by-name")
	assert.Contains(t, graded, "class-0 ")
}

// A pod of the Job ends with the exit code of its part, and leaves its captures.
func testScenarios(t *testing.T, p *podman) {
	job := only[batchv1.Job](t, made(t, "capabilities"))
	spec := job.Spec.Template.Spec
	artifacts := p.folder("artifacts")
	p.localize(&spec, map[string]string{"artifacts": artifacts})
	command := &spec.Containers[0].Command[2]
	*command = strings.Replace(*command, "--all", "--group refused", 1) // the others take their time
	spec.Containers[0].Env = append(spec.Containers[0].Env, corev1.EnvVar{Name: "JOB_COMPLETION_INDEX", Value: "1"})
	container := p.play("scenarios-1", spec)
	assert.Equal(t, "0\n", p.must("podman", "wait", container), p.must("podman", "logs", container))
	found, err := filepath.Glob(filepath.Join(artifacts, "2", "latest", "*", "report.html"))
	require.NoError(t, err)
	assert.NotEmpty(t, found)
}

// An ordinary user without a capability has labs, where /proc is not masked and the profile allows it; where one of the two is missing the
// engine says in a sentence what to add. Podman 4 leaves out "procMount" in a manifest, so its own flags say here what the manifest says.
func testRights(t *testing.T, p *podman) {
	spec := labs(t, files(t))["scenarios"]
	require.Equal(t, corev1.UnmaskedProcMount, *spec.Containers[0].SecurityContext.ProcMount)
	profile, err := filepath.Abs("seccomp.json")
	require.NoError(t, err)
	docker, err := filepath.Abs("../../docker/seccomp-default.json")
	require.NoError(t, err)
	ordinary := fmt.Sprintf("%d:%d", *spec.SecurityContext.RunAsUser, *spec.SecurityContext.RunAsGroup)
	run := func(user string, security ...string) (string, error) {
		argv := []string{"podman", "run", "--rm", "--network", "none", "--userns", "auto", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
			"--user", user}
		for _, s := range security {
			argv = append(argv, "--security-opt", s)
		}
		return p.try(append(argv, p.image, "tcplab", "run", "closed-port", "--engine", "netns", "--out", "/tmp/artifacts")...)
	}
	out, err := run(ordinary, "seccomp="+profile, "unmask=ALL")
	require.NoError(t, err, out)
	assert.Contains(t, out, "match     closed-port/netns/ipv4")
	out, err = run(ordinary, "seccomp="+profile)
	assert.Error(t, err)
	assert.Contains(t, out, "because /proc/sys is read-only, as in a container: ")
	assert.Contains(t, out, "systempaths=unconfined")
	out, err = run(ordinary, "seccomp="+docker, "unmask=ALL")
	assert.Error(t, err)
	assert.Contains(t, out, "may not create namespaces, as in a container with the default seccomp profile: ")
	assert.Contains(t, out, "seccomp=unconfined")
	out, err = run("0:0", "seccomp="+profile, "unmask=ALL")
	assert.Error(t, err)
	assert.Contains(t, out, "root without capabilities may not create namespaces here: run as another user, or add the capabilities SYS_ADMIN")
}
