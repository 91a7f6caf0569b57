// Package all links the verbs that every host has into a program, those of package faults too; only those that drive a browser and
// run other verbs are apart. Engines import it for that effect alone, because the process that runs the verbs of a host must know all of them when it begins, and packages that
// import each other begin in that order (https://go.dev/ref/spec#Program_initialization).
package all

import _ "github.com/tcplab/tcplab/faults" // registers its verbs
