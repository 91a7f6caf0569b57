package docker

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/moby/moby/client"
)

// Every resource of the lab carries labelOurs, whatever its kind. Nothing without it is ever removed.
const (
	labelOurs  = "tcplab"       // "1", on containers, networks and images
	labelLab   = "tcplab.lab"   // the lab's id, on containers and networks
	labelOwner = "tcplab.owner" // the process that built the lab, see owner
	labelBase  = "tcplab.base"  // the id of the base image, on images
	labelRole  = "tcplab.role"  // on images: "base", a layer's name, "host" and as a kind of image is called, or "errand"
)

// only selects the resources that carry the labels, each as "key=value".
func only(labels ...string) client.Filters {
	return make(client.Filters).Add("label", append(labels, labelOurs+"=1")...)
}

// randomID is an identifier that no other process on the engine has chosen.
func randomID() string {
	b := make([]byte, 5)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b)
}
