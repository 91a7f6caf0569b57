package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/lab"
)

func addClientImage(flags *pflag.FlagSet, image *string) {
	flags.StringVar(image, "client-image", "", "the command is a container of this image, which is on the engine already; its arguments are after -- (docker engine)")
}

func checkClientImage(flags *pflag.FlagSet, image string) error {
	if image == "" && flags.Changed("client-image") {
		return errors.New("--client-image is empty: give it the name of an image")
	}
	return nil
}

// chosenFor returns the engine that was chosen, for programs of the user's own. Where there is an image, that is docker.
func chosenFor(ctx context.Context, built *labFlags, service lab.Service, clientImage string) (lab.Engine, error) {
	chosen := *built
	if chosen.engine == "" && (clientImage != "" || service.Own != nil && service.Own.Image != "") {
		chosen.engine = docker.New().Name()
	}
	engine, _, err := chosen.choose(ctx)
	if err != nil {
		return nil, err
	}
	return engine, fitting(ctx, engine, service.Own, clientImage)
}

// fitting reports why an engine cannot run the programs of the user's own, before a lab is built for them: those of images need
// containers, and those of this machine hosts that have its files.
func fitting(ctx context.Context, e lab.Engine, server *lab.OwnServer, clientImage string) error {
	var images []string
	if server != nil && server.Image != "" {
		images = append(images, server.Image)
	}
	if clientImage != "" {
		images = append(images, clientImage)
	}
	finder, containers := e.(lab.Imager)
	switch {
	case len(images) > 0 && !containers:
		return fmt.Errorf("an image is for --engine docker; with --engine %s, give the command itself", e.Name())
	case containers && server != nil && server.Image == "":
		return errors.New("--server is a command of this machine, which the hosts of --engine docker have not: take --engine netns, or give the server in an image with --server-image")
	}
	for _, image := range images {
		if err := finder.FindImage(ctx, image); err != nil {
			return err
		}
	}
	return nil
}
