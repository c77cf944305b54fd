#!/usr/bin/env perl
# Judges a system by cases that are data, with Perl and its core modules alone.  COMMAND starts a system that speaks
# protocol 2 over standard streams.
#
#     translator-cmk cases > cases.json
#     perl judge.pl cases.json COMMAND ...
#
# Exit code 0: some cases passed and none failed; 1: one failed, or none passed; any other: nothing was decided.
use strict;
use warnings;
use IPC::Open2;
use JSON::PP;

my ($file, @command) = @ARGV;
usage('name the file and the command of a system') unless @command;
open my $input, '<', $file or usage("$file: $!");
my $json = JSON::PP->new->utf8->canonical;
my @cases = @{ $json->decode(join '', <$input>)->{cases} };
open2(my $answers, my $requests, @command);
my $hello;
$hello = ask({ id => '1', verb => 'hello', protocol => 2, kit => 'judge.pl' });
my %has = map { $_ => 1 } @{ $hello->{capabilities} }, @{ $hello->{stage}{kinds} // [qw(Translator AIServices)] };
my (%result, %of);    # of each case: passed, failed with the reason, or undecided; of each requirement
for my $case (@cases) {
    ($result{ $case->{id} }, my @failed) = judge($case);
    $of{$_} = 'failed' for @failed;
}
for my $case (@cases) {
    my ($result, @controls) = ($result{ $case->{id} }, @{ $case->{controls} });
    $result = 'undecided' if @controls && $result eq 'passed' && !grep { ($result{$_} // '') eq 'passed' } @controls;
    print "$case->{id}: $result\n";
    $of{$_} //= 'passed' for $result eq 'passed' ? @{ $case->{requirements} } : ();
}
print "$_ $of{$_}\n" for sort keys %of;
exit(!grep({ $_ eq 'passed' } values %result) || grep({ /^failed/ } values %result) ? 1 : 0);

# Returns the result and the requirements that failed.  Undecided: the case is not applicable, or its last command was not reached.
sub judge {
    my ($case) = @_;
    return 'undecided' if grep { !$has{$_} } @{ $case->{needs} };
    my $has_begun = 0;
    for my $message (@{ $case->{messages} }) {
        my ($answer, @allowed) = (ask($message->{request}), @{ $message->{answers} });
        my $word = $answer->{answer};
        return 'undecided' unless $word =~ /^(done|accepted|refused|observed)$/;
        return 'undecided' if !$has_begun && $word ne $allowed[0];
        return "failed: $word", @{ $case->{requirements} } unless grep { $_ eq $word } @allowed;
        if (my $start = $message->{starts_from}) {
            return 'undecided' if text($start) ne text($answer->{observation});
            $has_begun = 1;
        }
        for my $fact (@{ $message->{demanded} // [] }) {
            my $thing = $answer->{observation}{ $fact->{kind} }{ $fact->{name} };
            next if $fact->{if_shown} && !$thing;
            my $seen = $thing ? $thing->{ $fact->{field} } // 'absent' : undef;
            $seen = $thing ? JSON::PP::true : JSON::PP::false if $fact->{field} eq 'exists';
            return 'failed: ' . text($fact), @{ $fact->{rests_on} } if text([$seen]) ne text([$fact->{value}]);
        }
    }
    return 'passed';
}

sub ask {
    my ($request) = @_;
    my %session = $hello && $hello->{session} ? (session => $hello->{session}) : ();
    print $requests text({ %$request, %session }), "\n";
    return $json->decode(scalar(<$answers>) // die "the system has ended\n");
}

sub text { return $json->encode(@_) }

sub usage { warn "$_[0]; usage: perl judge.pl cases.json COMMAND ...\n"; exit 2 }
