//! The evaluation itself, on a thread of its own.
//!
//! jrsonnet's values stay on the thread on which they were made, and it can't be stopped:
//! so the thread borrows nothing, asks for files by messages, and may be left behind.

#![expect(clippy::mutable_key_type, reason = "jrsonnet's names are shared, and never change")]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::{io, thread};

use jrsonnet_evaluator::error::{Error, ErrorKind, Result};
use jrsonnet_evaluator::function::CallLocation;
use jrsonnet_evaluator::stack::limit_stack_depth;
use jrsonnet_evaluator::tla::{TlaArg, apply_tla};
use jrsonnet_evaluator::trace::PathResolver;
use jrsonnet_evaluator::typed::ValType;
use jrsonnet_evaluator::{AsPathLike, IStr, ImportResolver, SourcePath, Span, State, Val};
use jrsonnet_gcmodule::Acyclic;
use jrsonnet_ir::{SourceFifo, SourceFile};
use jrsonnet_stdlib::{ContextInitializer, TracePrinter};

use super::natives;
use crate::json::{Map, Number, Value};

/// Calls go no deeper, as with the reference implementation.
const DEEPEST_CALL: usize = 500;

/// A value nests no deeper: far more than a manifest does.
const DEEPEST_VALUE: usize = 200;

/// A value has no more bytes than this, roughly.
const LARGEST_VALUE: usize = 256 << 20;

/// The stack; it grows where recursion needs more.
const STACK: usize = 8 << 20;

/// So much of a path that doesn't end is told.
const LONGEST_PATH: usize = 60;

/// So many steps of the way to an error are told.
const MOST_STEPS: usize = 20;

/// The largest whole number that a double holds exactly.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// The values that are handed in.
pub(super) struct Values {
    pub(super) external: BTreeMap<String, Value>,
    pub(super) arguments: BTreeMap<String, Value>,
}

/// What the evaluation says.
pub(super) enum Message {
    /// Which file does an import in a file mean?
    Resolve { file: String, path: String, answer: Sender<std::result::Result<String, String>> },
    /// What does this file hold?
    Load { real: String, answer: Sender<std::result::Result<Vec<u8>, String>> },
    /// It's done.
    Done(Box<std::result::Result<Value, Fault>>),
}

/// A file, a line and a column.
type Spot = (String, u32, u32);

/// Why it failed.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) place: Option<Spot>,
    /// The way to it, innermost first.
    pub(super) trace: Vec<StepTaken>,
    pub(super) hints: Vec<String>,
}

/// A step on the way to a fault.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StepTaken {
    pub(super) what: String,
    pub(super) place: Option<Spot>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, trace: Vec::new(), hints: Vec::new() }
    }

    pub(super) fn hint(mut self, hint: &str) -> Self {
        self.hints.push(hint.to_owned());
        self
    }
}

/// Starts the evaluation of a file.
pub(super) fn start(main: String, values: Values, messages: Sender<Message>) -> io::Result<()> {
    let thread = thread::Builder::new().name("jsonnet".to_owned()).stack_size(STACK);
    thread.spawn(move || {
        ASKED.with_borrow_mut(|asked| *asked = Some(messages.clone()));
        let done = run(&main, &values);
        // Who no longer waits has told the user already.
        let _ = messages.send(Message::Done(Box::new(done)));
    })?;
    Ok(())
}

thread_local! {
    /// Who answers for files. jrsonnet's resolver may own nothing that it doesn't know.
    static ASKED: RefCell<Option<Sender<Message>>> = const { RefCell::new(None) };
}

/// Asks for files.
#[derive(Acyclic)]
struct Asking;

impl ImportResolver for Asking {
    fn resolve_from(&self, from: &SourcePath, path: &dyn AsPathLike) -> Result<SourcePath> {
        let file = from.downcast_ref::<SourceFile>().map(|file| file.path().to_string_lossy().into_owned());
        let file = file.unwrap_or_default();
        let path = path.as_path().to_owned().to_string();
        let real = ask(|answer| Message::Resolve { file, path, answer })?;
        Ok(SourcePath::new(SourceFile::new(PathBuf::from(real))))
    }

    fn load_file_contents(&self, resolved: &SourcePath) -> Result<Vec<u8>> {
        if let Some(code) = resolved.downcast_ref::<SourceFifo>() {
            return Ok(code.1.to_vec());
        }
        let real = resolved.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        ask(|answer| Message::Load { real, answer })
    }
}

fn ask<T>(question: impl FnOnce(Sender<std::result::Result<T, String>>) -> Message) -> Result<T> {
    let (sender, receiver) = mpsc::channel();
    let sent =
        ASKED.with_borrow(|asked| asked.as_ref().is_some_and(|asked| asked.send(question(sender)).is_ok()));
    let answer = if sent { receiver.recv().ok() } else { None };
    let answer = answer.unwrap_or_else(|| Err("nobody waits for the result any more".to_owned()));
    answer.map_err(|why| Error::new(ErrorKind::ImportIo(why)))
}

/// `std.trace` says nothing: standard error is for the user of a deployment.
#[derive(Acyclic)]
struct Silent;

impl TracePrinter for Silent {
    fn print_trace(&self, _: CallLocation<'_>, _: IStr) {}
}

fn run(main: &str, values: &Values) -> std::result::Result<Value, Fault> {
    let standard = ContextInitializer::new(PathResolver::Relative(PathBuf::from("/")));
    {
        let mut settings = standard.settings_mut();
        settings.trace_printer = Rc::new(Silent);
        settings.ext_vars =
            values.external.iter().map(|(name, value)| (IStr::from(name.as_str()), handed(value))).collect();
    }
    natives::add_to(&standard);
    let mut builder = State::builder();
    builder.import_resolver(Asking).context_initializer(standard);
    let state = builder.build();
    let _entered = state.enter();
    let _limit = limit_stack_depth(DEEPEST_CALL);
    let arguments: Handed =
        values.arguments.iter().map(|(name, value)| (IStr::from(name.as_str()), handed(value))).collect();
    let path = SourcePath::new(SourceFile::new(PathBuf::from(main)));
    let result = state.import_resolved(path).and_then(|value| called(&arguments, value));
    let mut taking = Taking { room: LARGEST_VALUE, path: String::new() };
    let value = result.map_err(|error| fault(&error))?;
    taking.plain(&value, 0).map_err(|trouble| {
        let mut fault = match trouble {
            Trouble::Error(error) => fault(&error),
            Trouble::Other(message) => Fault::new(message),
        };
        if !taking.path.is_empty() {
            let what = format!("asked for by {} of the result", taking.path);
            fault.trace.push(StepTaken { what, place: None });
        }
        fault
    })
}

/// Values by their names, as jrsonnet wants them.
type Handed = HashMap<IStr, TlaArg>;

/// A text as it is, and anything else as the code that it's written as.
fn handed(value: &Value) -> TlaArg {
    match value.as_str() {
        Some(text) => TlaArg::String(text.into()),
        None => TlaArg::InlineCode(value.to_string()),
    }
}

fn called(arguments: &Handed, value: Val) -> Result<Val> {
    if !arguments.is_empty() && value.as_func().is_none() {
        return Err(Error::new(ErrorKind::RuntimeError(
            "`tla` gives arguments, but the file holds no function".into(),
        )));
    }
    apply_tla(arguments, value)
}

enum Trouble {
    Error(Error),
    Other(String),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Takes a value out of the evaluation.
struct Taking {
    /// How much more it may come to.
    room: usize,
    /// Where in it: where it failed, once it has.
    path: String,
}

impl Taking {
    /// The value with everything in it evaluated.
    fn plain(&mut self, value: &Val, depth: usize) -> std::result::Result<Value, Trouble> {
        if depth > DEEPEST_VALUE {
            let end =
                (0..=LONGEST_PATH.min(self.path.len())).rev().find(|end| self.path.is_char_boundary(*end));
            self.path.truncate(end.unwrap_or_default());
            return Err(Trouble::Other(format!("it nests deeper than {DEEPEST_VALUE} levels")));
        }
        self.spend(value.as_str().map_or(0, |text| text.len()) + 16)?;
        Ok(match value {
            Val::Null => Value::Null,
            Val::Bool(value) => Value::Bool(*value),
            Val::Num(number) => number_of(number.get()),
            Val::Str(text) => Value::from(text.clone().into_flat().as_str()),
            Val::Arr(items) => {
                let mut list = Vec::with_capacity(items.len() as usize);
                for (index, item) in items.iter().enumerate() {
                    list.push(self.inside(&format!("[{index}]"), depth, || item)?);
                }
                Value::Array(list)
            }
            Val::Obj(object) => {
                object.run_assertions()?;
                let mut map = Map::new();
                for name in object.fields() {
                    self.spend(name.len())?;
                    let field = || object.get_or_bail(name.clone());
                    map.insert(name.to_string(), self.inside(&format!(".{name}"), depth, field)?);
                }
                Value::Object(map)
            }
            Val::Func(_) => return Err(Trouble::Other("it's a function, where a value belongs".to_owned())),
        })
    }

    fn inside(
        &mut self,
        step: &str,
        depth: usize,
        value: impl FnOnce() -> Result<Val>,
    ) -> std::result::Result<Value, Trouble> {
        let length = self.path.len();
        self.path.push_str(step);
        let value = self.plain(&value()?, depth + 1)?;
        self.path.truncate(length);
        Ok(value)
    }

    fn spend(&mut self, size: usize) -> std::result::Result<(), Trouble> {
        let too_much = || Trouble::Other(format!("it comes to more than {} MiB", LARGEST_VALUE >> 20));
        self.room = self.room.checked_sub(size).ok_or_else(too_much)?;
        Ok(())
    }
}

/// Whole numbers are written as such.
fn number_of(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < LARGEST_WHOLE {
        #[expect(clippy::cast_possible_truncation, reason = "it's whole and small enough")]
        let whole = number as i64;
        return Value::from(whole);
    }
    Number::from_f64(number).map_or(Value::Null, Value::from)
}

fn fault(error: &Error) -> Fault {
    let message = match error.error() {
        ErrorKind::StackOverflow => format!("calls go deeper than {DEEPEST_CALL}"),
        ErrorKind::ImportIo(why) => why.clone(),
        ErrorKind::RuntimeError(why) => why.to_string(),
        ErrorKind::StaticAnalysisError(found) => {
            found.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    };
    let own = match error.error() {
        ErrorKind::ImportSyntaxError { error, .. } => spot(&error.location),
        ErrorKind::StaticAnalysisError(found) => found.iter().find_map(|one| spot(one.span.as_ref()?)),
        _ => None,
    };
    let mut steps: Vec<(StepTaken, usize)> = Vec::new();
    for step in &error.trace().0 {
        let place = step.location.as_ref().and_then(spot);
        let step = StepTaken { what: step.desc.clone(), place };
        match steps.last_mut() {
            Some((last, times)) if *last == step => *times += 1,
            _ => steps.push((step, 1)),
        }
    }
    let place = own.or_else(|| steps.iter().find_map(|(step, _)| step.place.clone()));
    let more = steps.len().saturating_sub(MOST_STEPS);
    let shown = steps.into_iter().take(MOST_STEPS).map(|(step, times)| match times {
        1 => step,
        _ => StepTaken { what: format!("{} ({times} times)", step.what), ..step },
    });
    let mut trace: Vec<StepTaken> = shown.collect();
    if more > 0 {
        trace.push(StepTaken { what: format!("(and {more} more steps)"), place: None });
    }
    let fault = Fault { message, place, trace, hints: Vec::new() };
    match error.error() {
        ErrorKind::FunctionParameterNotBoundInCall(..) if is_own_call(error) => {
            fault.hint("`tla: {NAME: VALUE}` at the source gives the file's function its arguments")
        }
        ErrorKind::OnlyFunctionsCanBeCalledGot(ValType::Null) => {
            let hint = "`std.native` gives null for a function that isn't there; there are";
            fault.hint(&format!("{hint} {}", natives::NAMES))
        }
        _ => fault,
    }
}

/// Whether the file's own function was being called.
fn is_own_call(error: &Error) -> bool {
    matches!(error.trace().0.as_slice(), [only] if only.location.is_none())
}

/// Where a part of a file begins; nothing for what isn't in one.
fn spot(span: &Span) -> Option<Spot> {
    let path = span.0.source_path().downcast_ref::<SourceFile>()?.path().to_string_lossy().into_owned();
    let text = span.0.code();
    let before = text.get(..(span.1 as usize).min(text.len()))?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some((path, u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX)))
}
