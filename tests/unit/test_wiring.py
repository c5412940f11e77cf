"""How the service is put together: from settings, only when it is used, and replaceably."""

from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.folder_source import FolderSource
from chalicelib.adapters.s3_source import S3Source
from chalicelib.engine.kernel import Kernel
from chalicelib.settings import Settings
from chalicelib.wiring import CurrentUseCases, SettingsAdapters, source_of
from chalicelib.wiring.container import UseCases
from tests.adapters_in_memory import MemoryAdapters
from tests.harness import World


def test_a_folder_and_a_bucket_are_distinguished_by_their_urls(tmp_path: Path) -> None:
    folder, bucket = source_of(f"file://{tmp_path}"), source_of("s3://csv/in/coming/")
    assert isinstance(folder, FolderSource)
    assert isinstance(bucket, S3Source)
    assert (folder.root, bucket.bucket, bucket.prefix) == (str(tmp_path), "csv", "in/coming")


class NoKernel(MemoryAdapters):
    """Adapters of a process that must not load a kernel."""

    @property
    def kernel(self) -> Kernel:
        raise AssertionError("the kernel was loaded")

    @kernel.setter
    def kernel(self, kernel: Kernel) -> None:
        """Take no notice of it."""


def test_the_api_and_the_sweeper_load_no_kernel() -> None:
    loaded = World().adapters
    use_cases = UseCases(NoKernel(loaded.kernel), Settings())
    assert use_cases.submit
    assert use_cases.give_up
    assert use_cases.sweep
    assert use_cases.count_in_progress() == 0
    with pytest.raises(AssertionError, match="the kernel was loaded"):
        assert use_cases.sum_job


def test_an_adapter_is_made_once_and_only_when_it_is_used() -> None:
    adapters = SettingsAdapters(Settings(csv_source="file:///csv"))
    assert not {"jobs", "queue", "source", "replies", "kernel"} & set(vars(adapters))
    assert adapters.source is adapters.source
    assert adapters.deliveries is adapters.deliveries


def test_a_part_is_cut_and_a_job_is_stale_as_the_settings_say() -> None:
    settings = Settings(part_bytes=7, stale_seconds=60, give_up_hours=2)
    use_cases = UseCases(World().adapters, settings)
    assert use_cases.sum_job.cutter.part_bytes == 7
    assert use_cases.sweep.stale_after.total_seconds() == 60
    assert use_cases.sweep.give_up_after.total_seconds() == 7200


def test_a_job_is_given_up_long_before_it_expires() -> None:
    use_cases = UseCases(World().adapters, Settings(keep_days=1, give_up_hours=96))
    assert use_cases.sweep.give_up_after == timedelta(hours=12)


def test_use_cases_can_be_replaced_for_a_while() -> None:
    current = CurrentUseCases()
    outer, inner = World().use_cases, World().use_cases
    with current.replaced_by(outer):
        with pytest.raises(KeyError), current.replaced_by(inner):
            assert current() is inner
            raise KeyError
        assert current() is outer


def test_without_a_replacement_the_use_cases_are_those_of_the_settings() -> None:
    current = CurrentUseCases()
    assert isinstance(current().adapters, SettingsAdapters)
    assert current() is current()
