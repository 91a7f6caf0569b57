package lab

import "syscall"

// AwaitStarts returns when no program that is just being started has a copy of a socket that this process closed before. Whoever starts a
// program holds this lock until its execve(2), which closes the copies; a port is in use until then, and whoever takes it next would not
// find it free.
func AwaitStarts() {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
}
