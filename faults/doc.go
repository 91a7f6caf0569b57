// Package faults are the kinds of things that break, and of fixtures that stand in a lab from the beginning: one file
// each, with its value, how it is injected, proven and healed, the verb that it needs on a host, and how one does it by
// hand. What is then expected is the business of package scenarios.
//
// A fault is anything with the methods of harness.Fault. It works on a [lab.Bench] alone, with Do, Query and Keep, so that
// a fault can be written in any package.
package faults
