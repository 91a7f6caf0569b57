package main

import "github.com/tcplab/tcplab/lang"

// helpOfLessons are the texts in the help of the commands of lessons.
func helpOfLessons() []lang.Text {
	return []lang.Text{
		// tcplab grade-one
		{
			English: `Grade one hand-in; "tcplab lesson grade" starts it`,
			Korean:  `제출 파일 하나를 채점한다. "tcplab lesson grade"가 시작한다`,
		},

		// tcplab lesson
		{English: "Learn: lessons, mysteries, and a quiz", Korean: "배우기: 레슨, 미스터리, 퀴즈"},
		{
			English: `Guided lessons take five to ten minutes each: "list" shows them, and "read" one of them. A lesson says what to
type in a lab that stands, and what to look at; in between it asks, and "check" tells whether you are right. What is right is
computed from what your own lab has seen on the wire.`,
			Korean: `안내 레슨은 하나에 5분에서 10분이 걸린다. "list"는 레슨의 목록을, "read"는 그 가운데 하나를 보여 준다. 레슨은 서
있는 랩에서 무엇을 입력하고 무엇을 볼지 알려 준다. 중간에 질문이 있고, 답이 맞는지는 "check"로 확인한다. 정답은 자신의 랩에 실제로
오간 패킷으로 계산한다.`,
		},
		{
			English: `A mystery is a lab in which something is broken, to find out what; it is answered with evidence, and graded. A
quiz asks the same of captures, where no lab can run.`,
			Korean: `미스터리는 무언가가 고장 난 랩이며, 무엇이 고장 났는지 알아내는 연습이다. 증거와 함께 답하고, 채점받는다. 퀴즈는
랩을 돌릴 수 없는 곳에서 캡처를 두고 같은 것을 묻는다.`,
		},
		{
			English: "Say what is broken in a mystery, and prove it by captures",
			Korean:  "미스터리에서 무엇이 고장 났는지 답하고, 캡처로 증명한다",
		},
		{
			English: `Say what happens in a mystery, where it happens, and prove it by captures of your own. The answer is graded at
once: 30 points for the verdict, 30 for the place, 20 for captures that show the verdict and 20 for captures that show the place.
You may answer as often as you like.`,
			Korean: `미스터리에서 무슨 일이 어디에서 일어나는지 답하고, 자신의 캡처로 증명한다. 답은 곧바로 채점한다. 판정에 30점,
위치에 30점, 판정을 보여 주는 캡처에 20점, 위치를 보여 주는 캡처에 20점이다. 답은 몇 번이든 할 수 있다.`,
		},
		{
			English: `What you hand in is also written to a file, STUDENT-LEVEL.handin, for your teacher, who grades it again. The
exit code is 0 for a full score, and 1 for less.`,
			Korean: `제출할 내용은 STUDENT-LEVEL.handin 파일에도 쓰이며, 교사가 이 파일을 다시 채점한다. 종료 코드는 만점이면 0,
그보다 낮으면 1이다.`,
		},
		{English: "The verdicts:", Korean: "판정:"},
		{
			English: "a capture that shows it; more of them may follow, or the flag again",
			Korean:  "답을 보여 주는 캡처. 뒤에 여러 개를 이어 쓰거나 이 옵션을 다시 쓴다",
		},
		{English: "print the grade as one JSON object", Korean: "성적을 JSON 객체 하나로 출력한다"},
		{English: "file to hand in (default: STUDENT-LEVEL.handin)", Korean: "제출할 파일 (기본값: STUDENT-LEVEL.handin)"},
		{
			English: "file with your own key, to sign what you hand in (default TCPLAB_STUDENT_KEY in the environment, else none)",
			Korean:  "자신의 키가 있는 파일. 제출할 내용에 서명한다 (기본값: 환경 변수 TCPLAB_STUDENT_KEY, 없으면 서명하지 않는다)",
		},
		{English: "whose mystery it is (default: the only one that stands)", Korean: "미스터리의 주인 (기본값: 하나뿐인 서 있는 미스터리)"},
		{English: "where it happens: client, router or server", Korean: "일어나는 곳: client, router 또는 server"},
		{
			English: "Check an answer to a question of a lesson, in the lab that stands",
			Korean:  "레슨의 질문에 대한 답을 서 있는 랩에서 확인한다",
		},
		{
			English: `Check an answer to a question of a lesson. It is held against what the lab that stands has recorded ("tcplab up
NAME --record"), and is about the last connection or the last ping in it: answer a question before you go on.`,
			Korean: `레슨의 질문에 대한 답을 확인한다. 서 있는 랩이 기록한 것과 비교하며("tcplab up NAME --record"), 그 랩의 마지막
연결이나 마지막 ping을 기준으로 한다. 그러니 다음으로 넘어가기 전에 질문에 답한다.`,
		},
		{
			English: "The exit code is 0 when the answer is right, 1 when it is not, 2 when it cannot be checked.",
			Korean:  "종료 코드는 답이 맞으면 0, 틀리면 1, 확인할 수 없으면 2이다.",
		},
		{English: "Grade what students have handed in, and sign the results", Korean: "학생들이 제출한 것을 채점하고, 결과에 서명한다"},
		{
			English: `Grade every file *.handin in a folder and below it. Each is graded anew, a mystery by the record of its lab and
a quiz by what it has asked, so that no score can be edited; with the class's key what was sealed for the class is opened, what was
changed or not sealed is refused, and the results are signed. Of several answers by a student to the mystery or the quiz of a level
the last one counts, and the others are named.`,
			Korean: `폴더와 그 하위 폴더에 있는 모든 *.handin 파일을 채점한다. 미스터리는 랩의 기록으로, 퀴즈는 출제한 문제로 새로
채점하므로 점수를 고쳐도 소용없다. 반의 키를 주면 그 반을 위해 봉인한 것을 열고, 바뀌었거나 봉인하지 않은 것은 거절하고, 결과에
서명한다. 한 학생이 한 레벨의 미스터리나 퀴즈에 여러 번 답했으면 마지막 답을 인정하고, 나머지는 이름을 알려 준다.`,
		},
		{
			English: `Whoever has the public half of the class's key can hand in under any ID. What binds an ID to its student is
--by-name, where a learning platform gives each file or folder the name of the student who has handed it in: that name must begin
with the ID in the file. A roster (a table with the columns student, and perhaps name and key) says who is in the class, by which
name the platform calls them, and whose hand-ins must be signed by a key ("tcplab lesson key --student" makes one). With a roster
the results are in its order, and who has no mark is named.`,
			Korean: `반의 키의 공개된 반쪽이 있으면 누구나 아무 ID로나 제출할 수 있다. ID를 학생과 묶는 것은 --by-name이다. 학습
플랫폼은 파일이나 폴더에 제출한 학생의 이름을 붙이는데, 그 이름은 파일 안의 ID로 시작해야 한다. 명단(student 열이 있고, name 열과
key 열은 없어도 되는 표)은 누가 이 반에 있는지, 플랫폼이 그 학생을 어떤 이름으로 부르는지, 누구의 제출 파일에 키로 한 서명이 있어야
하는지("tcplab lesson key --student"가 그 키를 만든다) 말해 준다. 명단을 주면 결과는 명단의 순서를 따르고, 성적이 없는 학생의 이름이
나온다.`,
		},
		{
			English: `The results are written to results.json (one object per line) and results.csv, what does not count any more to
superseded.csv. "tcplab lesson verify" tells whether they are as they were signed. With --gradebook, gradebook.csv is a table that
Moodle or Canvas imports: a line for each student, a column for each exercise; a cell is empty where there is no mark.`,
			Korean: `결과는 results.json(한 줄에 객체 하나)과 results.csv에 쓰고, 더는 인정하지 않는 것은 superseded.csv에 쓴다.
서명한 그대로인지는 "tcplab lesson verify"로 알 수 있다. --gradebook을 주면 Moodle이나 Canvas가 가져올 수 있는 표 gradebook.csv를
쓴다. 학생마다 한 줄, 연습 문제마다 한 열이며, 성적이 없는 칸은 비어 있다.`,
		},
		{
			English: "refuse what does not come from the student whom it names, by the first folder below DIR, or the file's name",
			Korean:  "이름이 나타내는 학생의 것이 아니면 거절한다. DIR 바로 아래 폴더의 이름이나 파일의 이름으로 판단한다",
		},
		{
			English: "write gradebook.csv, too, for the import of a learning platform: moodle or canvas",
			Korean:  "학습 플랫폼이 가져올 수 있는 gradebook.csv도 쓴다: moodle 또는 canvas",
		},
		{English: "print the results as JSON, one object per line", Korean: "결과를 한 줄에 JSON 객체 하나씩 출력한다"},
		{
			English: "file with the class's key; without it only what was not sealed for a class is graded",
			Korean:  "반의 키가 있는 파일. 없으면 반을 위해 봉인하지 않은 것만 채점한다",
		},
		{English: "folder for the results (default: DIR)", Korean: "결과를 쓸 폴더 (기본값: DIR)"},
		{
			English: "table of the students of the class: student, and perhaps name and key",
			Korean:  "반 학생들의 명단: student 열이 있는 표. name 열과 key 열은 없어도 된다",
		},
		{English: "Make the key of a class, or of a student", Korean: "반이나 학생의 키를 만든다"},
		{
			English: `Make the key of a class: FILE is the teacher's, and secret; beside it, with the ending .pub, is the half for the
students. What a student of the class hands in is sealed for the teacher, and the results are signed.`,
			Korean: `반의 키를 만든다. FILE은 교사의 것이며 비밀이다. 그 옆에 있는 .pub으로 끝나는 파일은 학생들에게 줄 반쪽이다.
반의 학생이 제출하는 것은 교사만 열 수 있게 봉인되고, 결과에는 서명이 붙는다.`,
		},
		{
			English: `With --student, make the key of a student: FILE is the student's, and secret; the half with the ending .pub is
for the teacher's roster. What is handed in with --sign FILE nobody else can hand in.`,
			Korean: `--student를 주면 학생의 키를 만든다. FILE은 학생의 것이며 비밀이다. .pub으로 끝나는 반쪽은 교사의 명단에 넣는다.
--sign FILE로 제출하면 다른 사람이 대신 제출할 수 없다.`,
		},
		{English: "make the key of a student", Korean: "학생의 키를 만든다"},
		{English: "List the guided lessons", Korean: "안내 레슨의 목록을 보여 준다"},
		{
			English: "Build a lab in which something is broken, to find out what",
			Korean:  "무언가가 고장 난 랩을 만든다. 무엇이 고장 났는지 알아낸다",
		},
		{
			English: `Build a lab with a hidden fault. Which one depends on the student's ID, the level and the class, and on nothing
else: who builds it again has the same. Work in it with real tools, on each of its hosts, and hand in what you have found with
"tcplab lesson answer".`,
			Korean: `장애가 숨겨진 랩을 만든다. 어떤 장애인지는 학생의 ID와 레벨과 반만으로 정해지므로, 다시 만들어도 같은 장애가
나온다. 랩의 모든 호스트에서 실제 도구로 살펴보고, 알아낸 것을 "tcplab lesson answer"로 제출한다.`,
		},
		{
			English: `Level 1 is refused or silent. On level 2 others than the server interfere. On level 3 connections fail that were
established, and what the client hears may have been said by another.`,
			Korean: `레벨 1은 거부 아니면 무응답이다. 레벨 2에서는 서버가 아닌 다른 것이 끼어든다. 레벨 3에서는 맺어진 연결이
실패하며, 클라이언트가 받은 응답은 다른 장비가 보낸 것일 수 있다.`,
		},
		{
			English: "file with the public half of your class's key (default TCPLAB_CLASS in the environment, else none)",
			Korean:  "반의 키의 공개된 반쪽이 있는 파일 (기본값: 환경 변수 TCPLAB_CLASS, 없으면 쓰지 않는다)",
		},
		{
			English: `engine to build the labs with (default: the first one available; see "tcplab engines")`,
			Korean:  `랩을 만들 엔진 (기본값: 쓸 수 있는 첫 번째 엔진, "tcplab engines" 참고)`,
		},
		{English: "4 or ipv4 for IPv4, 6 or ipv6 for IPv6", Korean: "4 또는 ipv4는 IPv4, 6 또는 ipv6은 IPv6"},
		{English: "how hard it is, 1 to 3", Korean: "난이도, 1부터 3까지"},
		{English: "your ID, as your teacher knows it", Korean: "교사가 알고 있는 자신의 ID"},
		{English: "Tell from captures what is broken; it needs no lab", Korean: "캡처를 보고 무엇이 고장 났는지 답한다. 랩은 필요 없다"},
		{
			English: `Write a quiz: a folder quiz-STUDENT with two captures for each question, N-client.pcapng of the client's link
and N-server.pcapng of the server's. They were taken in labs while the client tried what it complains about, with something before
and after it that does get through. Open them in Wireshark or with tcpdump, on any system. Which questions there are depends on the
student's ID, the level and the class, and on nothing else.`,
			Korean: `퀴즈를 만든다. quiz-STUDENT 폴더에 문제마다 캡처가 두 개 있다. N-client.pcapng는 클라이언트 쪽 링크의 것,
N-server.pcapng는 서버 쪽 링크의 것이다. 캡처는 클라이언트가 불만을 말한 바로 그것을 시도하는 동안 랩에서 만든 것으로, 그 앞뒤에
확실히 통과하는 것이 들어 있다. Wireshark나 tcpdump로 연다. 어느 시스템이든 된다. 어떤 문제가 나오는지는 학생의 ID와 레벨과 반만으로
정해진다.`,
		},
		{
			English: `Write what happens in each, and where, into answers.txt in the same folder; with --answers it is graded, at once
and as often as you like: half of the points for the verdict, and half for the place. What you hand in is also written to a file,
STUDENT-quiz.handin, for your teacher; of a quiz of one level, folder and file have it in their names. The exit code is 0 for a full
score, and 1 for less.`,
			Korean: `문제마다 무슨 일이 어디에서 일어나는지 같은 폴더의 answers.txt에 쓴다. --answers를 주면 곧바로 채점하며, 몇
번이든 할 수 있다. 점수의 절반은 판정, 절반은 위치다. 제출할 내용은 교사에게 낼 STUDENT-quiz.handin 파일에도 쓰인다. 한 레벨의
퀴즈이면 폴더와 파일의 이름에 레벨이 들어간다. 종료 코드는 만점이면 0, 그보다 낮으면 1이다.`,
		},
		{
			English: "grade the answers in this file (or in answers.txt in this folder), which says whose they are",
			Korean:  "이 파일(또는 이 폴더의 answers.txt)에 쓴 답을 채점한다. 누구의 답인지는 파일 안에 있다",
		},
		{
			English: "how hard it is, 1 to 3 (default: all levels, easy ones first)",
			Korean:  "난이도, 1부터 3까지 (기본값: 모든 레벨, 쉬운 것부터)",
		},
		{
			English: "folder for what is written: the folder of the quiz, or the file to hand in",
			Korean:  "결과를 쓸 폴더: 퀴즈의 폴더나 제출할 파일이 들어간다",
		},
		{
			English: "how many there are (default: 5, or as many as the level has)",
			Korean:  "문제의 수 (기본값: 5, 그 레벨의 문제가 더 적으면 있는 만큼)",
		},
		{English: "Show a guided lesson, as Markdown", Korean: "안내 레슨을 Markdown으로 보여 준다"},
		{English: "Tell whether results are as the teacher has signed them", Korean: "결과가 교사가 서명한 그대로인지 알려 준다"},
		{
			English: `Tell whether each line of results.json or results.csv is as the teacher of the class has signed it. The exit
code is 1 where one is not.`,
			Korean: `results.json이나 results.csv의 줄마다 반의 교사가 서명한 그대로인지 알려 준다. 그렇지 않은 줄이 있으면 종료
코드는 1이다.`,
		},
	}
}
