//! `cargo simulate`: lives one seed, or many, and says what came of it.

use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use kembali_simulation::Run;
use kembali_simulation::report::Report;

/// How many lines of a life are told when something is wrong with it.
const TOLD_LINES: usize = 40;

/// Random lives on virtual time, under faults, against an auditor who looks from outside.
#[derive(Parser)]
struct Arguments {
    /// The seed to live.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Many seeds: `1..=400`.
    #[arg(long, value_parser = parse_range)]
    seeds: Option<RangeInclusive<u64>>,
    /// How many lives there are in each.
    #[arg(long, default_value_t = 250)]
    lives: usize,
    /// How many seeds are lived at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Print the whole trace.
    #[arg(long)]
    trace: bool,
    /// Print the digest of each trace.
    #[arg(long)]
    digests: bool,
}

fn parse_range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (first, last) = text.split_once("..=").ok_or("a range is written 1..=400")?;
    let number = |text: &str| text.parse().map_err(|_| format!("{text:?} is no seed"));
    Ok(number(first)?..=number(last)?)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let only = arguments.seed.unwrap_or(1);
    let seeds = arguments.seeds.clone().unwrap_or(only..=only);
    let bar = ProgressBar::new(seeds.end().saturating_sub(*seeds.start()) + 1);
    let style = "{bar:40} {pos}/{len} seeds, {elapsed} of about {duration} {msg}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.tick();
    let (next, total) = (AtomicU64::new(*seeds.start()), Mutex::new(Report::default()));
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if !seeds.contains(&seed) {
                        return;
                    }
                    let Some(run) = live(seed, arguments.lives) else {
                        bar.suspend(|| {
                            println!("seed {seed} did not come to an end");
                            println!("{}", again(seed, &arguments));
                        });
                        lock(&total).violations += 1;
                        continue;
                    };
                    bar.suspend(|| tell(seed, &run, &arguments));
                    let mut total = lock(&total);
                    *total = std::mem::take(&mut *total).plus(run.report);
                    bar.set_message(format!("{} violations", total.violations));
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let total = lock(&total);
    println!("{total}");
    if total.violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn lock(total: &Mutex<Report>) -> std::sync::MutexGuard<'_, Report> {
    total.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lives a seed on a thread of its own. `None` if the town went down.
fn live(seed: u64, lives: usize) -> Option<Run> {
    std::thread::spawn(move || kembali_simulation::live(seed, lives)).join().ok().flatten()
}

fn tell(seed: u64, run: &Run, arguments: &Arguments) {
    if arguments.trace {
        run.trace.lines().for_each(|line| println!("{line}"));
    }
    if arguments.digests {
        println!("seed {seed}: {}", run.trace.digest());
    }
    for violation in &run.violations {
        println!("seed {seed}: {}: {}", violation.rule, violation.what);
        if let Some(life) = violation.life {
            run.trace.about(life, TOLD_LINES).iter().for_each(|line| println!("    {line}"));
        }
    }
    if !run.violations.is_empty() {
        println!("{}", again(seed, arguments));
    }
}

fn again(seed: u64, arguments: &Arguments) -> String {
    format!("to see it again: cargo simulate --seed {seed} --lives {}", arguments.lives)
}
