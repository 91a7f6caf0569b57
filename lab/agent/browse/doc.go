// Package browse drives Chromium for the client "chromium" on Linux. A program that runs this client imports the package for that effect
// alone: what drives a browser is more code than all other verbs together, and few tests need it.
package browse
