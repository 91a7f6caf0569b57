package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// The kernel stamps packets as they pass only while some socket of the machine asks for that (SO_TIMESTAMPNS). It begins in a
// work item (net_enable_timestamp in net/core/dev.c), on a busy machine milliseconds later, and it ends with the last such
// socket. What passes before gets its time when it is read, so that an answer may seem to be older than what it answers.

// Stamping is a socket that asks the kernel to stamp packets. As long as it is open, captures that begin need not wait.
type Stamping struct{ conn *net.UDPConn }

// KeepStamping opens one, in the network of this process.
func KeepStamping() (*Stamping, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("let the kernel stamp packets: %w", err)
	}
	s := &Stamping{conn}
	var failed error
	err = s.do(func(fd int) {
		failed = os.NewSyscallError("setsockopt SO_TIMESTAMPNS", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1))
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

// Close ends it.
func (s *Stamping) Close() error { return s.conn.Close() }

func (s *Stamping) do(fn func(fd int)) error {
	raw, err := s.conn.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) { fn(int(fd)) })
}

const (
	// stampPatience bounds the wait for the kernel to begin.
	stampPatience = time.Minute
	// stampPause is between two looks at it. It tells nobody that it has begun.
	stampPause = time.Millisecond
)

// await returns when the kernel stamps packets.
func (s *Stamping) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, stampPatience, fmt.Errorf("the kernel does not stamp packets after %s", stampPatience))
	defer cancel()
	for {
		stamps, err := s.stamps()
		if stamps || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(stampPause):
		}
	}
}

// stamps sends a packet from the socket to itself, which has it at once, and reports whether its time is from before it was
// read.
func (s *Stamping) stamps() (yes bool, err error) {
	deadline := time.Now().Add(stampPatience)
	if err := errors.Join(s.conn.SetReadDeadline(deadline), s.write()); err != nil {
		return false, fmt.Errorf("see whether the kernel stamps packets: %w", err)
	}
	arrived := time.Now()
	var data [1]byte
	control := make([]byte, unix.CmsgSpace(16))
	_, controls, _, _, err := s.conn.ReadMsgUDP(data[:], control)
	if err != nil {
		return false, fmt.Errorf("see whether the kernel stamps packets: %w", err)
	}
	at, err := TimeOf(control[:controls])
	return err == nil && !at.After(arrived), err
}

func (s *Stamping) write() error {
	_, err := s.conn.WriteTo([]byte{0}, s.conn.LocalAddr())
	return err
}

// awaitStamping returns when the kernel stamps packets, for which a socket must be open that asks for it.
func awaitStamping(ctx context.Context) error {
	s, err := KeepStamping()
	if err != nil {
		return err
	}
	return errors.Join(s.await(ctx), s.Close())
}
