package main

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/tcplab/tcplab"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/scenarios"
)

// speakPlainly lets a command and those below it say in one sentence what is wrong with arguments and flags, and complete the
// names that they take.
func speakPlainly(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(flagError)
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return argumentError(cmd, args)
			}
			return nil
		}
	}
	complete(cmd)
	tellExitCode(cmd)
	for _, sub := range cmd.Commands() {
		speakPlainly(sub)
	}
}

// tellExitCode completes the help of a command that has no exit codes of its own.
func tellExitCode(cmd *cobra.Command) {
	if !cmd.Runnable() || strings.Contains(cmd.Long, "xit code") {
		return
	}
	cmd.Long = cmp.Or(cmd.Long, cmd.Short+".") + "\n\nExit code: 0 when it was done, 2 when it could not be."
}

// unknownCommand is cobra's message for what is no command at all.
var unknownCommand = regexp.MustCompile(`^unknown command "(.*)" for`)

// plainly is the error as a user is told it.
func plainly(root *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	if parts := unknownCommand.FindStringSubmatch(err.Error()); parts != nil {
		return argumentError(root, parts[1:])
	}
	return err
}

// argumentError is the sentence for too many or too few arguments.
func argumentError(cmd *cobra.Command, args []string) error {
	if cmd.HasSubCommands() && len(args) > 0 {
		var names []string
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name())
			}
		}
		return fmt.Errorf("%q has no command %q%s (it has: %s)", cmd.CommandPath(), args[0], lang.Suggestion(args[0], names), strings.Join(names, ", "))
	}
	usage := cmd.UseLine()
	if len(args) == 0 {
		return fmt.Errorf("something is missing: %s (\"%s --help\" has examples)", usage, cmd.CommandPath())
	}
	return fmt.Errorf("%s does not fit: %s (\"%s --help\" has examples)", inQuotes(args), usage, cmd.CommandPath())
}

func inQuotes(args []string) string {
	var list []string
	for _, a := range args {
		list = append(list, fmt.Sprintf("%q", a))
	}
	return strings.Join(list, " ")
}

// invalidValue is pflag's message for a value that a flag cannot have.
var invalidValue = regexp.MustCompile(`^invalid argument "(.*)" for "(?:-\w, )?(--[\w-]+)" flag: (.*)`)

// flagError is the sentence for a flag that is unknown, lacks its value or has one that does not fit.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var lacking *pflag.ValueRequiredError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		return fmt.Errorf("%q has no flag %s%s (\"%s --help\" lists them)", cmd.CommandPath(), dashed(name), lang.Suggestion(dashed(name), flagNames(cmd)), cmd.CommandPath())
	case errors.As(err, &lacking):
		return fmt.Errorf("%s needs a value: %s", dashed(lacking.GetSpecifiedName()), flagUsage(cmd, lacking.GetSpecifiedName()))
	}
	if parts := invalidValue.FindStringSubmatch(err.Error()); parts != nil {
		if !strings.HasPrefix(parts[3], "strconv.") && !strings.HasPrefix(parts[3], "time: ") { // the flag has words of its own
			return fmt.Errorf("%s: %s", parts[2], parts[3])
		}
		return fmt.Errorf("%s cannot be %q: %s", parts[2], parts[1], flagUsage(cmd, strings.TrimLeft(parts[2], "-")))
	}
	return err
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, dashed(f.Name))
		}
	})
	return names
}

// flagUsage is the kind of a flag's value and what the flag is for.
func flagUsage(cmd *cobra.Command, name string) string {
	f := cmd.Flags().Lookup(name)
	if f == nil {
		return fmt.Sprintf("see %s --help", cmd.CommandPath())
	}
	kind := map[string]string{"int": "a whole number", "duration": "a time such as 300ms or 3s", "float64": "a number", "bool": "true or false"}[f.Value.Type()]
	if kind == "" {
		return f.Usage
	}
	return kind + ": " + f.Usage
}

// complete gives a shell the names that a command takes: of scenarios and lessons as arguments; of engines, clients and languages as flags.
func complete(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && slices.Contains([]string{"list", "run", "show", "up", "with"}, cmd.Name()) {
		cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarioNames(), cobra.ShellCompDirectiveDefault // a file, too: a run that was kept, a program
		}
	}
	if cmd.HasParent() && cmd.Parent().Name() == "lesson" && slices.Contains([]string{"read", "check"}, cmd.Name()) {
		cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return lessonNames(args), cobra.ShellCompDirectiveNoFileComp
		}
	}
	for name, values := range map[string]func() []string{
		"engine": func() []string {
			names := engineNames(tcplab.Engines())
			if cmd.Name() == "run" {
				names = append(names, containerName)
			}
			return names
		},
		"client": clientNames,
		"group":  groupNames,
		"family": func() []string { return []string{"4", "6", "ipv4", "ipv6"} },
		"lang":   languages,
		"color":  func() []string { return []string{"auto", "always", "never"} },
	} {
		if cmd.Flags().Lookup(name) == nil {
			continue
		}
		_ = cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return values(), cobra.ShellCompDirectiveNoFileComp
		}) // it fails for a flag that has one already, which stays
	}
}

func scenarioNames() []string {
	var names []string
	for _, s := range scenarios.All() {
		names = append(names, s.Name)
	}
	return names
}

// lessonNames are those of the guided lessons, as the first argument.
func lessonNames(args []string) []string {
	var names []string
	for _, p := range lesson.Pages(lang.English) {
		if len(args) == 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

func groupNames() []string {
	var names []string
	for _, g := range scenarios.Groups() {
		names = append(names, g.ID)
	}
	return names
}

func clientNames() []string {
	var names []string
	for _, c := range clients.All() {
		names = append(names, c.Name())
	}
	return names
}

func languages() []string {
	var names []string
	for _, tag := range lang.Tags() {
		names = append(names, string(tag))
	}
	return names
}
