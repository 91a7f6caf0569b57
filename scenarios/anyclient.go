package scenarios

import (
	"slices"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// ForAnyClient are the failures that a client meets which asks the service once, whatever it asks for: not those of ping, of an idle
// connection, of certain requests alone, or of one address among several, and none that takes minutes.
func ForAnyClient() []harness.Scenario {
	return slices.DeleteFunc(All(), func(s harness.Scenario) bool {
		return s.Long || s.Fault == nil || s.Fault == harness.NoFault{} || len(s.Also) > 0 || !asksOnce(s)
	})
}

func asksOnce(s harness.Scenario) bool {
	if ours, ok := s.Client.(agent.GoClient); ok {
		return ours == agent.GoClient{}
	}
	return slices.Contains([]harness.Bystander{"", harness.IsPatient, harness.IsTranslated, harness.OffersNoECN}, s.Unnoticed) && (s.Client == nil || lab.ProtocolOf(s.Client) == lab.TCP)
}
