package probe

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// lookForListeners tells a port of this machine on which nobody listens from one whose listener is bound to another address.
func (r *Probed) lookForListeners(server netip.AddrPort) {
	list, err := readListeners(server.Port())
	if err != nil {
		r.unseen(lang.Text{English: "who listens on this machine: %v", Korean: "이 머신에서 듣는 프로그램: %v"}, err)
		return
	}
	if len(list) == 0 {
		r.note(lang.Text{English: "nobody listens on port %d of this machine, on whichever address", Korean: "이 머신의 포트 %d에서는 어느 주소에서도 듣는 프로그램이 없다"}, server.Port())
		r.diagnosis.Without(diagnose.CauseBoundElsewhere)
		return
	}
	var names []lang.Text
	for _, addr := range list {
		names = append(names, lang.Same(netip.AddrPortFrom(addr, server.Port()).String()))
	}
	r.note(lang.Text{English: "what listens on this machine is bound to %s, not to %s", Korean: "이 머신에서 듣는 프로그램이 바인드된 곳은 %[2]s 주소가 아니라 다음이다: %[1]s"}, lang.Join(names, lang.Text{English: " and ", Korean: ", "}), server.Addr())
	r.diagnosis.Without(diagnose.CauseClosedPort, diagnose.CauseBoundElsewhere, diagnose.CauseForgedRefusal)
	r.diagnosis.Rivals = append([]diagnose.Rival{diagnose.NewRival(diagnose.CauseBoundElsewhere)}, r.diagnosis.Rivals...)
}

// listenersIn returns the addresses on which a port is listened to, of the kernel's table of TCP sockets, proc_net_tcp(5): local
// address and port in hexadecimal, each word of the address in the byte order of the machine, here little-endian, and the state.
func listenersIn(table string, port uint16) []netip.Addr {
	const listening = "0A"
	var list []netip.Addr
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 4 || f[3] != listening {
			continue
		}
		text, number, _ := strings.Cut(f[1], ":")
		n, err := strconv.ParseUint(number, 16, 16)
		if err != nil || uint16(n) != port {
			continue
		}
		if addr, ok := addrOfTable(text); ok && !slices.Contains(list, addr) {
			list = append(list, addr)
		}
	}
	return list
}

func addrOfTable(text string) (netip.Addr, bool) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b)%4 != 0 {
		return netip.Addr{}, false
	}
	for word := b; len(word) > 0; word = word[4:] {
		slices.Reverse(word[:4])
	}
	addr, ok := netip.AddrFromSlice(b)
	return addr.Unmap(), ok
}
