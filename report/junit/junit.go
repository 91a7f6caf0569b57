// Package junit writes results as JUnit's XML, which CI systems read.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// Test is the end of one run, which JUnit calls a test case.
type Test struct {
	Name, Class string
	// Took is how long it took.
	Took time.Duration
	// Failure is why it did not end well, and Skipped why it was not run; both nil: it ended well.
	Failure, Skipped *Reason
}

// Reason is a sentence, and more of it below.
type Reason struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Write writes the tests as one suite.
func Write(w io.Writer, tests []Test) error {
	type element struct {
		Name    string  `xml:"name,attr"`
		Class   string  `xml:"classname,attr"`
		Seconds string  `xml:"time,attr"`
		Failure *Reason `xml:"failure"`
		Skipped *Reason `xml:"skipped"`
	}
	suite := struct {
		XMLName  xml.Name  `xml:"testsuite"`
		Name     string    `xml:"name,attr"`
		Tests    int       `xml:"tests,attr"`
		Failures int       `xml:"failures,attr"`
		Skipped  int       `xml:"skipped,attr"`
		Cases    []element `xml:"testcase"`
	}{Name: "tcplab", Tests: len(tests)}
	for _, c := range tests {
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Skipped != nil {
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, element{c.Name, c.Class, fmt.Sprintf("%.3f", c.Took.Seconds()), c.Failure, c.Skipped})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
