package main

import "github.com/tcplab/tcplab/lang"

// errorsOfLessons are the errors of lessons, mysteries and quizzes.
func errorsOfLessons() []lang.Text {
	return []lang.Text{
		// guided lessons
		{English: `there is no lesson %d: they are numbered from 1 to %d ("tcplab lesson list" shows all)`, Korean: `%d번 레슨은 없다. 번호는 1부터 %d까지다 (목록은 "tcplab lesson list"로 본다)`},
		{English: `there is no lesson %q%s ("tcplab lesson list" shows all)`, Korean: `%q 레슨은 없다%s (목록은 "tcplab lesson list"로 본다)`},
		{English: `lesson %s has no question %q; it has: %s`, Korean: `레슨 %s에 %q 질문이 없다. 있는 질문: %s`},
		{
			English: "lesson check: a lab that stays up needs Linux or another Unix system, and this is %s",
			Korean:  "lesson check: 계속 서 있는 랩에는 Linux나 다른 Unix 시스템이 필요한데, 여기는 %s이다",
		},
		{English: `lab %s is a mystery: it is answered with "tcplab lesson answer"`, Korean: `랩 %s: 미스터리다. 답은 "tcplab lesson answer"로 한다`},
		{
			English: `lab %s has recorded nothing to hold an answer against: build it with "tcplab up %s --record"`,
			Korean:  `랩 %s에는 답과 비교할 기록이 없다. "tcplab up %s --record"로 만든다`,
		},

		// mysteries
		{English: "lab %s is not a mystery", Korean: "랩 %s: 미스터리가 아니다"},
		{English: "there is no level %d: there are 1 to %d", Korean: "레벨 %d: 없다. 레벨은 1부터 %d까지다"},
		{English: "there is no level %d: there are 1 to %d, or 0 for all of them", Korean: "레벨 %d: 없다. 레벨은 1부터 %d까지이고, 0은 모든 레벨이다"},
		{
			English: `%q cannot be the ID of a student: it takes up to 40 letters a to z, digits, dots, dashes and underscores`,
			Korean:  `%q: 학생의 ID가 될 수 없다. a부터 z까지의 글자, 숫자, 점, 하이픈, 밑줄로 40자까지 쓴다`,
		},
		{
			English: `lesson %s: a lab that stays up needs Linux or another Unix system, and this is %s; "tcplab lesson quiz" works here`,
			Korean:  `lesson %s: 계속 서 있는 랩에는 Linux나 다른 Unix 시스템이 필요한데, 여기는 %s이다. "tcplab lesson quiz"는 여기에서도 된다`,
		},
		{English: "say whose mystery it is to be: --student ID", Korean: "누구의 미스터리인지 말한다: --student ID"},
		{English: "no mystery of %s stands; there are those of: %s", Korean: "%s의 미스터리는 서 있지 않다. 서 있는 것은 다음 학생의 것이다: %s"},
		{
			English: `no mystery of %s stands: "tcplab lesson mystery --student %[1]s" builds one`,
			Korean:  `%s의 미스터리는 서 있지 않다. "tcplab lesson mystery --student %[1]s" 명령으로 만든다`,
		},
		{English: "%d mysteries stand (%s): say whose it is with --student", Korean: "미스터리 %d개가 서 있다(%s). 누구의 것인지 --student로 고른다"},
		{English: `no mystery stands: "tcplab lesson mystery --student ID" builds one`, Korean: `서 있는 미스터리가 없다. "tcplab lesson mystery --student ID"로 만든다`},
		{
			English: "a lab named %s stands already, and is no mystery: take it down first (tcplab down --lab %[1]s)",
			Korean:  "이름이 %s인 랩이 이미 서 있고, 미스터리가 아니다. 먼저 내린다(tcplab down --lab %[1]s)",
		},
		{
			English: "%s has a mystery already, of level %d: go on with it, or take it down first (tcplab down --lab %s)",
			Korean:  "%s의 미스터리(레벨 %d)가 이미 있다. 계속 풀거나, 먼저 내린다(tcplab down --lab %s)",
		},

		// answers
		{English: `say what happens, such as "refused": "tcplab lesson answer --help" has the verdicts`, Korean: `무슨 일이 일어나는지 "refused"처럼 말한다. 판정은 "tcplab lesson answer --help"에 있다`},
		{English: "say where it happens: --where client, router or server", Korean: "어디에서 일어나는지 말한다: --where client, router 또는 server"},
		{English: `there is no verdict %q; there are: %s`, Korean: `%q 판정은 없다. 있는 판정: %s`},
		{English: `the place is client, router or server, not %q`, Korean: `위치는 client, router, server 가운데 하나다. %q: 쓸 수 없다`},
		{
			English: `evidence has at most %d MiB, all files together: capture again, with a filter such as "tcp port 8080 or icmp"`,
			Korean:  `증거는 모든 파일을 더해 %d MiB까지다. "tcp port 8080 or icmp"와 같은 필터를 써서 다시 캡처한다`,
		},
		{
			English: `capture again, with a filter such as "tcp port 8080 or icmp"`,
			Korean:  `"tcp port 8080 or icmp"와 같은 필터를 써서 다시 캡처한다`,
		},
		{English: "it has more packets than can be graded", Korean: "채점할 수 있는 것보다 패킷이 많다"},
		{English: "there are %d captures, and at most %d are looked at", Korean: "캡처가 %d개인데, %d개까지만 본다"},
		{English: "take the lab down, and build it anew", Korean: "랩을 내리고 새로 만든다"},
		{English: "read the lab's record: %w", Korean: "랩의 기록 읽기: %w"},
		{English: "read the lab's record: it has more than %d vantage points, as no lab has", Korean: "랩의 기록 읽기: 관측 지점이 %d개가 넘는다. 그런 랩은 없다"},
		{English: `read the lab's record: the lab has no vantage point %q`, Korean: `랩의 기록 읽기: 랩에 %q 관측 지점이 없다`},

		// quizzes
		{
			English: "say whose quiz it is with --student, or name the file with the answers with --answers",
			Korean:  "누구의 퀴즈인지 --student로 말하거나, 답이 있는 파일을 --answers로 지정한다",
		},
		{
			English: `%s is there already, and may have answers in it: grade it with "tcplab lesson quiz --answers %s", remove it, or choose another folder with --out`,
			Korean:  `%s: 이미 있고, 답이 들어 있을 수 있다. "tcplab lesson quiz --answers %s" 명령으로 채점하거나, 지우거나, --out으로 다른 폴더를 고른다`,
		},
		{
			English: "it answers another quiz than the one that the flags are about: leave out --student, --level, --questions and --class, which the file knows",
			Korean:  "옵션이 가리키는 것과 다른 퀴즈의 답이다. 파일에 이미 있는 --student, --level, --questions, --class를 뺀다",
		},
		{English: "there cannot be %d questions: each is about another case, and here are 1 to %d", Korean: "문제를 %d개 낼 수는 없다. 문제마다 다른 사례이며, 여기에서는 1부터 %d까지 된다"},
		{English: "read the record of question %d: %w", Korean: "문제 %d의 기록 읽기: %w"},
		{English: "write the captures of question %d: %w", Korean: "문제 %d의 캡처 쓰기: %w"},
		{English: "question %d: %w", Korean: "문제 %d: %w"},
		{English: "line %d: %w", Korean: "%d번째 줄: %w"},
		{English: "line %d: there is no question %d: there are 1 to %d", Korean: "%d번째 줄: 문제 %d: 없다. 문제는 1부터 %d까지다"},
		{English: `it begins with the number of a question, not %q`, Korean: `줄은 문제의 번호로 시작해야 하는데, %q: 번호가 아니다`},
		{English: "question %d is answered in line %d already", Korean: "문제 %d의 답은 이미 %d번째 줄에 있다"},
		{English: "after the number come a verdict and a place, and not %d words", Korean: "번호 뒤에는 판정과 위치가 오는데, 단어 %d개가 있다"},
		{
			English: `it has no line "student ID", with which the quiz has written it: begin the quiz again`,
			Korean:  `퀴즈가 써 둔 "student ID" 줄이 없다. 퀴즈를 다시 시작한다`,
		},
		{English: `the level is a number or %q, not %q`, Korean: `레벨은 숫자나 %q이다. %q: 쓸 수 없다`},
		{English: `the number of questions is a number, not %q`, Korean: `문제의 수는 숫자다. %q: 쓸 수 없다`},
		{English: `the line %q: %w`, Korean: `%q 줄: %w`},

		// pages of lessons, for their authors
		{English: "%s.ko.md: it translates no lesson: there is no %s.md", Korean: "%s.ko.md: 번역할 레슨이 없다. %s.md 파일이 없다"},
		{English: "a lesson is called 01-name.md, its translation 01-name.ko.md", Korean: "레슨의 이름은 01-name.md, 그 번역의 이름은 01-name.ko.md와 같이 쓴다"},
		{English: "lesson %d is there already: %s", Korean: "%d번 레슨은 이미 있다: %s"},
		{English: `the first line is the title, "# Title", not %q`, Korean: `첫 줄은 "# Title" 같은 제목이어야 하는데, %q: 제목이 아니다`},
		{English: "%d questions begin, and %d are closed", Korean: "질문 %d개가 시작하는데 %d개만 닫혀 있다"},
		{English: "question %s is asked twice", Korean: "질문 %s: 두 번 나온다"},
		{
			English: "a question has a name, a text, and a line that says what it asks; this one has %d lines",
			Korean:  "질문에는 이름, 본문, 무엇을 묻는지 말하는 줄이 있어야 하는데, 이 질문은 %d줄이다",
		},
		{English: `the name of a question is one word, not %q`, Korean: `질문의 이름은 한 단어다. %q: 쓸 수 없다`},
		{English: "question %s has no text", Korean: "질문 %s: 본문이 없다"},
		{English: "question %s: %w", Korean: "질문 %s: %w"},
		{English: `%q is not a vantage point: they are %s`, Korean: `%q: 관측 지점이 아니다. 관측 지점: %s`},
		{English: `%s takes %d packets, separated by a comma, not %q`, Korean: `%s 뒤에는 패킷 %d개를 쉼표로 구분해 쓴다. %q: 쓸 수 없다`},
		{English: "%s %s: which way? It must be > or <", Korean: "%s %s: 어느 방향인가? > 또는 <를 쓴다"},
		{
			English: `%q begins with none of count, gap, elapsed, source, sender, last-seen, reached, verdict`,
			Korean:  `%q: count, gap, elapsed, source, sender, last-seen, reached, verdict 가운데 하나로 시작하지 않는다`,
		},
		{English: `%q: after gap comes a number from 1 on, not %q`, Korean: `%q: gap 뒤에는 1 이상의 숫자가 온다. %q: 쓸 수 없다`},
	}
}

// errorsOfHandIns are the errors about what students hand in, about keys and about grading.
func errorsOfHandIns() []lang.Text {
	return []lang.Text{
		// keys
		{
			English: "%s is there already, and a key that was lost cannot be made again: choose another name",
			Korean:  "%s: 이미 있다. 잃어버린 키는 다시 만들 수 없으므로 덮어쓰지 않는다. 다른 이름을 고른다",
		},
		{English: "make a class key: %w", Korean: "반의 키 만들기: %w"},
		{English: "make a student's key: %w", Korean: "학생의 키 만들기: %w"},
		{English: "not a key", Korean: "키가 아니다"},
		{English: `it is not a class key: "tcplab lesson key FILE" makes one`, Korean: `반의 키가 아니다. 반의 키는 "tcplab lesson key FILE"로 만든다`},
		{
			English: `it is not the public half of a class key, which "tcplab lesson key FILE" makes for the students`,
			Korean:  `반의 키의 공개된 반쪽이 아니다. 학생들에게 줄 반쪽은 "tcplab lesson key FILE"이 만든다`,
		},
		{English: "the public half of the class key: %w", Korean: "반의 키의 공개된 반쪽: %w"},
		{English: `it is not a student's key: "tcplab lesson key --student FILE" makes one`, Korean: `학생의 키가 아니다. 학생의 키는 "tcplab lesson key --student FILE"로 만든다`},
		{English: "name the file with the public half of the class's key: --class class.pub", Korean: "반의 키의 공개된 반쪽이 있는 파일을 지정한다: --class class.pub"},
		{
			English: "tcplab: others can read the key %s, which has the mode %#o: close it (chmod 600), and make a new one where somebody has read it",
			Korean:  "tcplab: 다른 사용자가 키 %s 파일을 읽을 수 있다(모드 %#o). 닫고(chmod 600), 누가 이미 읽었으면 새로 만든다",
		},

		// the roster
		{English: "it is no table: %w", Korean: "표가 아니다: %w"},
		{English: "it is not a roster: its first line names the columns: student, and perhaps key and name", Korean: "명단이 아니다. 첫 줄에 열의 이름이 있어야 한다: student, 그리고 필요하면 key와 name"},
		{English: "%s is there twice", Korean: "%s: 두 번 있다"},
		{
			English: `the key of %s is not the public half of a student's key, which "tcplab lesson key --student FILE" makes`,
			Korean:  `%s의 키: 학생의 키의 공개된 반쪽이 아니다. 그것은 "tcplab lesson key --student FILE"로 만든다`,
		},
		{English: "%s is not on the roster", Korean: "%s: 명단에 없다"},
		{English: "it is not signed, and the roster has a key of %s", Korean: "서명이 없는데, 명단에는 %s의 키가 있다"},
		{English: "it is not signed by the key of %s that the roster has", Korean: "명단에 있는 %s의 키로 한 서명이 아니다"},
		{English: `it names %s, and comes from somebody else: %q does not begin with %q`, Korean: `%s의 이름이 있는데 다른 사람이 냈다. %q의 앞부분이 %q이어야 한다`},
		{English: `it names %s, and comes from %s: %q`, Korean: `%s의 이름이 있는데 %s에게서 왔다: %q`},

		// hand-ins
		{English: "it is sealed for a class: give that class's key", Korean: "반을 위해 봉인되어 있다. 그 반의 키를 준다"},
		{
			English: "the captures and what the lab has recorded are %d MiB, more than can be handed in: take the lab down, and build it anew",
			Korean:  "캡처와 랩의 기록이 %d MiB로, 제출할 수 있는 것보다 크다. 랩을 내리고 새로 만든다",
		},
		{English: "seal the hand-in: %w", Korean: "제출 파일 봉인: %w"},
		{
			English: `it is not a hand-in, which "tcplab lesson answer" or "tcplab lesson quiz" writes`,
			Korean:  `"tcplab lesson answer"나 "tcplab lesson quiz"가 쓴 제출 파일이 아니다`,
		},
		{English: "it is damaged: %w", Korean: "손상되었다: %w"},
		{English: "its student's signature is broken: it has been changed after it was signed", Korean: "학생의 서명이 맞지 않는다. 서명한 뒤에 바뀌었다"},
		{
			English: "it names one class, and is for another: it has been changed after it was handed in",
			Korean:  "적힌 반과 봉인한 반이 다르다. 제출한 뒤에 바뀌었다",
		},
		{English: "it unfolds to more than %d MiB", Korean: "풀면 %d MiB가 넘는다"},
		{English: "it has more than %d values in it", Korean: "값이 %d개가 넘는다"},
		{
			English: "it is not sealed for the class, and could have been written by anybody: the mystery or quiz was begun without --class",
			Korean:  "반을 위해 봉인되어 있지 않아 누구나 쓸 수 있었다. 미스터리나 퀴즈를 --class 없이 시작한 것이다",
		},
		{English: "it is sealed for another class", Korean: "다른 반을 위해 봉인되어 있다"},
		{English: "its seal is broken: it has been changed after it was handed in", Korean: "봉인이 맞지 않는다. 제출한 뒤에 바뀌었다"},
		{English: "it says that it was answered in the year %d", Korean: "답한 해가 %d년으로 되어 있다"},
		{
			English: "it says that it was answered on %s, which is still to come: the clock of the computer was wrong, so let the student answer once more",
			Korean:  "답한 시각(%s)이 아직 오지 않았다. 컴퓨터의 시계가 틀렸으므로, 학생이 다시 답하게 한다",
		},

		// grading
		{English: "it is too large", Korean: "너무 크다"},
		{English: "it could not be graded: %w: %s", Korean: "채점하지 못했다: %w: %s"},
		{
			English: "it takes more than %s of a processor to grade, or %s in all, as no hand-in of tcplab does",
			Korean:  "채점에 프로세서 시간이 %s 넘게, 또는 모두 %s 넘게 걸린다. tcplab의 제출 파일은 그렇지 않다",
		},
		{
			English: "it takes more than %d MiB of memory to grade, as no hand-in of tcplab does",
			Korean:  "채점에 메모리가 %d MiB 넘게 든다. tcplab의 제출 파일은 그렇지 않다",
		},
		{English: "%s is not a folder: name the one in which it is", Korean: "%s: 폴더가 아니다. 그것이 있는 폴더를 지정한다"},
		{
			English: `%s has no file *.handin, as "tcplab lesson answer" and "tcplab lesson quiz" write it`,
			Korean:  `%s에 *.handin 파일이 없다. 그 파일은 "tcplab lesson answer"와 "tcplab lesson quiz"가 쓴다`,
		},
		{English: `there is no table of grades for %q%s; there are: %s`, Korean: `%q용 성적표는 없다%s. 있는 것: %s`},
		{English: `it holds no results, as "tcplab lesson grade" writes them`, Korean: `"tcplab lesson grade"가 쓴 결과가 없다`},
		{English: `it holds no results, as "tcplab lesson grade" writes them: %w`, Korean: `"tcplab lesson grade"가 쓴 결과가 없다: %w`},
		{English: `the time %q is in a year that cannot be`, Korean: `%q 시각의 해는 있을 수 없다`},
		{
			English: "tcplab: %s, %s, level %s: %s (score %d, answered %s) does not count, because %s (score %d, answered %s) is later",
			Korean:  "tcplab: %s, %s, 레벨 %s: %s 파일(%d점, 답한 시각 %s)은 인정하지 않는다. %s 파일(%d점, 답한 시각 %s)이 더 늦다",
		},
	}
}
