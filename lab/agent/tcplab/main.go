// Command tcplab of this folder has the verbs of a host and nothing else ("tcplab host VERB"). An engine builds it for its hosts where the
// whole command cannot be built: in a module that uses this one as a library, the go tool knows the sums of what that module imports, and
// not those of the command line's flags.
package main

import (
	"os"

	"github.com/tcplab/tcplab/lab/agent"

	_ "github.com/tcplab/tcplab/lab/agent/browse" // the verbs
	_ "github.com/tcplab/tcplab/lab/agent/serve"
)

// main is reached by a call without a verb that is known: the others are run as they are registered.
func main() { os.Exit(agent.Main(os.Args[min(2, len(os.Args)):])) }
