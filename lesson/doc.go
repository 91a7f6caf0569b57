// Package lesson is what one learns with the lab, and is asked about: guided lessons, mysteries, and captures as a quiz.
//
// A [LabRecord] is what really happened in a lab. Questions are answered from it, and a student's own captures are held
// against it, so that an answer counts that was seen, and not one that was guessed.
package lesson
