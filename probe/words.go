package probe

import (
	"fmt"
	"slices"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// told is what a [Probed] says, for people: its fields, which programs read, have the same in English.
type told struct {
	summary       lang.Message
	notes, unseen []lang.Message
	evidence      []diagnose.Evidence
}

// ProbeWords are what was found out about an address, in the words of a language.
type ProbeWords struct {
	// Online, Host and Port answer the three questions of the path.
	Online, Host, Port string
	// The others are as those of a [Probed].
	Notes, Unseen, Evidence, Rivals, Next []string
}

// Words tell of the result in a language.
func (r *Probed) Words(tag lang.Tag) ProbeWords {
	w := ProbeWords{Online: r.onlineText().In(tag), Host: r.hostText().In(tag), Port: r.portText().In(tag),
		Notes: lang.InEach(tag, r.told.notes), Unseen: lang.InEach(tag, r.told.unseen), Rivals: r.diagnosis.RivalTexts(tag), Next: r.diagnosis.Commands(tag)}
	for _, e := range r.told.evidence {
		w.Evidence = append(w.Evidence, fmt.Sprintf("%d (%s)", e.Frame, e.What.In(tag)))
	}
	return w
}

// say is the summary.
func (r *Probed) say(text lang.Text, args ...any) {
	r.told.summary = lang.Tell(text, args...)
	r.Summary = r.told.summary.String()
}

func (r *Probed) unseen(text lang.Text, args ...any) {
	m := lang.Tell(text, args...)
	r.told.unseen, r.Unseen = append(r.told.unseen, m), append(r.Unseen, m.String())
}

func (r *Probed) note(text lang.Text, args ...any) { r.addNotes(lang.Tell(text, args...)) }

func (r *Probed) addNotes(list ...lang.Message) {
	r.told.notes, r.Notes = slices.Concat(r.told.notes, list), append(r.Notes, lang.InEach(lang.English, list)...)
}

// pathWords are the answers of a [DecisionPath].
var pathWords = map[string]lang.Text{
	yes:        {English: "yes", Korean: "예"},
	no:         {English: "no", Korean: "아니요"},
	unknown:    {English: "unknown", Korean: "알 수 없음"},
	silent:     {English: "silent", Korean: "무응답"},
	"open":     {English: "open", Korean: "열림"},
	"refused":  {English: "refused", Korean: "거부"},
	"rejected": {English: "rejected", Korean: "거절"},
}
