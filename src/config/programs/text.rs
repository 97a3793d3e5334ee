//! The commands of a text for a shell, as far as they can be told without being one.

/// What ends the part of a text that is being read.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    End,
    /// A subshell: what follows it is another command.
    Subshell,
    /// `$(…)`: what follows it are words of the command around it.
    Substitution,
    Backtick,
}

/// Stands where a command's output becomes words: nobody knows which.
const OUTPUT: &str = "$()";

#[derive(Default)]
struct Command {
    words: Vec<String>,
    word: String,
}

impl Command {
    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn end(&mut self, commands: &mut Vec<Vec<String>>) {
        self.end_word();
        if !self.words.is_empty() {
            commands.push(std::mem::take(&mut self.words));
        }
    }
}

/// The words of each command. What a command writes to is none of them: it is not what runs.
pub(super) fn commands(text: &str) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    let mut open = vec![(Until::End, Command::default())];
    let mut rest = text;
    while let (Some(letter), Some((until, command))) = (rest.chars().next(), open.last_mut()) {
        rest = &rest[letter.len_utf8()..];
        let inner = match letter {
            '$' if rest.starts_with('(') => {
                rest = &rest[1..];
                command.end_word();
                command.words.push(OUTPUT.to_owned());
                Some(Until::Substitution)
            }
            '`' if *until != Until::Backtick => {
                command.end_word();
                command.words.push(OUTPUT.to_owned());
                Some(Until::Backtick)
            }
            '(' => {
                command.end(&mut commands);
                Some(Until::Subshell)
            }
            ')' | '`' => {
                command.end(&mut commands);
                // A pattern of `case` closes nothing.
                if (letter == '`') == (*until == Until::Backtick) && open.len() > 1 {
                    open.pop();
                }
                None
            }
            ';' | '\n' | '&' | '|' => {
                command.end(&mut commands);
                None
            }
            '>' => {
                command.end_word();
                rest = behind_target(rest);
                None
            }
            letter if letter.is_whitespace() || "\"'\\<$".contains(letter) => {
                command.end_word();
                None
            }
            letter => {
                command.word.push(letter);
                None
            }
        };
        open.extend(inner.map(|until| (until, Command::default())));
    }
    for (_, mut command) in open.into_iter().rev() {
        command.end(&mut commands);
    }
    commands
}

/// What is left behind the file that a command writes to.
fn behind_target(text: &str) -> &str {
    let text = text.trim_start_matches(['>', '|', '&']).trim_start_matches([' ', '\t']);
    if let Some(quote) = text.chars().next().filter(|letter| ['"', '\''].contains(letter)) {
        return text[1..].split_once(quote).map_or("", |(_, rest)| rest);
    }
    let is_end = |letter: char| letter.is_whitespace() || ";&|()`$".contains(letter);
    text.find(is_end).map_or("", |end| &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        commands(text).iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn what_is_written_and_what_is_put_in_is_no_command() {
        assert_eq!(shown("cat $(ls notes) > report.md"), ["ls notes", "cat $()"]);
        assert_eq!(shown("echo `date` report.md"), ["date", "echo $() report.md"]);
        assert_eq!(shown("$(which x) report.md"), ["which x", "$() report.md"]);
        assert_eq!(shown("> report.md cat notes"), ["cat notes"]);
        assert_eq!(shown("cat notes >\"a report.md\" 2>&1; ./x"), ["cat notes 2", "./x"]);
        assert_eq!(shown("cat > $(date).md"), ["date", "cat $() .md"]);
    }

    #[test]
    fn what_runs_is_one_wherever_it_stands() {
        assert_eq!(shown("(./x) && ./y"), ["./x", "./y"]);
        assert_eq!(shown("case $1 in a) ./x;; esac"), ["case 1 in a", "./x", "esac"]);
        assert_eq!(shown("sh < x"), ["sh x"]);
        assert_eq!(shown("echo $(sh `cat x`)"), ["cat x", "sh $()", "echo $()"]);
        assert_eq!(shown("echo $(sh x"), ["sh x", "echo $()"]);
        assert_eq!(shown(")`)"), ["$()"]);
    }
}
