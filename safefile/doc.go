// Package safefile writes the files of the user: whole or not at all, never through a link, and never over what tcplab has not
// written.
//
// [Write] and [Begin] are for a file that the user has named. It takes the place of an older one of that name when it is complete,
// by a change of names within one folder, so that whoever reads it finds the one or the other. A link of that name is refused: what
// is at its end may be anything, and somebody else may have put the link there.
//
// [Create] and [WriteIn] are for the many files of a folder such as that of a run. The folder keeps a list of them,
// tcplab.files: what is not on the list is not tcplab's, and is neither replaced nor removed.
package safefile
