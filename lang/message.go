package lang

// Message is a text with what belongs into its places. It is put together only when it is shown, in the language of whoever reads it.
type Message struct {
	text      Text
	arguments []any
}

// Tell is the message of a text, which is a format where there are arguments.
func Tell(text Text, arguments ...any) Message { return Message{text, arguments} }

// In is the message in one language. An argument that is a [Text] or a [Message] is in the same.
func (m Message) In(tag Tag) string {
	if len(m.arguments) == 0 {
		return m.text.In(tag)
	}
	return m.text.Format(tag, m.arguments...)
}

// String is the message in English, as programs read it.
func (m Message) String() string { return m.In(English) }

// IsEmpty reports whether nothing is said.
func (m Message) IsEmpty() bool { return m.text == Text{} }

// Words are the message in each language.
func (m Message) Words() Text { return Text{m.In(English), m.In(Korean)} }

// InEach are messages in one language.
func InEach(tag Tag, list []Message) []string {
	var told []string
	for _, m := range list {
		told = append(told, m.In(tag))
	}
	return told
}
