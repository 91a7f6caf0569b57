package faults

// replaced is why a fault is not for a moment of a connection: the connection would end with the program that has it.
const replaced = "another program takes the service's place, and what the service had open is closed by that"

// OwnMoment implements harness.Unmovable.
func (Misbehave) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (BindOtherFamily) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (ComeLate) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (Freeze) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (EndIdle) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (Crash) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (UseFiles) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (FillQueue) OwnMoment() string { return replaced }

// OwnMoment implements harness.Unmovable.
func (Flood) OwnMoment() string { return replaced }

// NewOnly implements harness.NewOnly: a connection has its port.
func (UsePorts) NewOnly() bool { return true }

// NewOnly implements harness.NewOnly: a connection that stands is among the connections that the device has taken.
func (Exhaust) NewOnly() bool { return true }

// NewOnly implements harness.NewOnly: only who connects from a port again meets what was forgotten.
func (ClientForgets) NewOnly() bool { return true }

// OwnMoment implements harness.Unmovable: empty where neither has one.
func (f Both) OwnMoment() string {
	for _, part := range []fault{f.First, f.Second} {
		if u, ok := part.(interface{ OwnMoment() string }); ok && u.OwnMoment() != "" {
			return u.OwnMoment()
		}
	}
	return ""
}

// NewOnly implements harness.NewOnly: what one of them spares does not meet both.
func (f Both) NewOnly() bool {
	for _, part := range []fault{f.First, f.Second} {
		if n, ok := part.(interface{ NewOnly() bool }); ok && n.NewOnly() {
			return true
		}
	}
	return false
}
